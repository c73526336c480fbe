package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bench.reproduce.Experiments;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReproduceCommandTest {
  @TempDir private Path folder;

  @Test
  void aloneItListsTheExperiments() {
    CommandRun run = CommandRun.of("reproduce");
    assertThat(run.code()).as(run::err).isZero();
    assertThat(run.out().lines()).hasSameSizeAs(Experiments.all());
    Experiments.all().forEach(it -> assertThat(run.out()).contains(it.name(), it.description()));
  }

  @Test
  void findingsArePrintedBesideTheirLimitsAndWritten() {
    CommandRun run = CommandRun.of("reproduce", "li-geometry", "--out", folder);
    assertThat(run.code()).as(run::err).isZero();
    assertThat(run.out())
        .contains("what", "limit", "seen", "parameters after surgery")
        .contains("li-geometry, seeds [1]: 4 of 4 limits met; wrote ");
    assertThat(folder.resolve("li-geometry.json")).isNotEmptyFile();
  }

  @Test
  void whatCannotRunIsRefusedBeforeAnythingDoes() {
    CommandRun unknown = CommandRun.of("reproduce", "li-geometry", "oracel", "--out", folder);
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("did you mean 'oracle'?");
    CommandRun noData = CommandRun.of("reproduce", "li-geometry", "oracle", "--out", folder);
    assertThat(noData.code()).isEqualTo(2);
    assertThat(noData.err()).contains("data set mnist: give the directory");
    CommandRun noThreads = CommandRun.of("reproduce", "li-geometry", "--threads", 0);
    assertThat(noThreads.code()).isEqualTo(2);
    assertThat(noThreads.err()).contains("--threads must be at least 1");
    assertThat(folder).isEmptyDirectory();
  }
}
