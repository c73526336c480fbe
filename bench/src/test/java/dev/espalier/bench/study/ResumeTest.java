package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.bench.report.TrialResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A study that is run again in the folder of an earlier one. */
final class ResumeTest {
  @TempDir private static Path original;
  @TempDir private Path folder;

  private static List<String> lines;
  private static List<TrialResult> trials;

  private final RecordedProgress progress = new RecordedProgress();
  private SmokeStudy study;

  @BeforeAll
  static void runOnce() throws IOException {
    SmokeStudy first = SmokeStudy.in(original).withRatios(4.0);
    first.run(new RecordedProgress());
    lines = first.lines();
    trials = first.trials();
  }

  @BeforeEach
  void copyTheFolder() throws IOException {
    study = SmokeStudy.in(folder).withRatios(4.0);
    Files.createDirectories(folder.resolve("dense"));
    for (Path file : List.of(Path.of("results.jsonl"), dense())) {
      Files.copy(original.resolve(file), folder.resolve(file));
    }
  }

  private static Path dense() throws IOException {
    try (Stream<Path> files = Files.list(original.resolve("dense"))) {
      return original.relativize(files.toList().getFirst());
    }
  }

  @ParameterizedTest(name = "{0} of the last line left")
  @ValueSource(doubles = {0, 0.5})
  void onlyTheMissingTrialIsRunAgainWithTheSameFigures(double share) throws IOException {
    String last = lines.getLast();
    String left = last.substring(0, (int) (share * last.length()));
    Files.writeString(study.results(), lines.getFirst() + "\n" + left);
    study.run(progress);
    assertThat(study.lines()).hasSize(2).startsWith(lines.getFirst());
    assertThat(SmokeStudy.figures(study.trials().getLast()))
        .isEqualTo(SmokeStudy.figures(trials.getLast()));
    assertThat(progress.begun).containsExactly(trials.getLast().key().toString());
    assertThat(progress.advanced.get()).isEqualTo(15);
    assertThat(progress.skipped.get()).isEqualTo(15 * (1 + 2));
    assertThat(folder.resolve("report.html")).isNotEmptyFile();
    if (!left.isEmpty()) {
      assertThat(progress.said).first().asString().contains("results.jsonl, line 2: cut short");
    }
  }

  @Test
  void finishedStudyTrainsNothingAndWritesItsReportAgain() throws IOException {
    study.run(progress);
    assertThat(study.lines()).isEqualTo(lines);
    assertThat(progress.begun).isEmpty();
    assertThat(folder.resolve("report.html")).isNotEmptyFile();
  }

  @Test
  void lostDenseNetworkIsTrainedAgainBitForBitIfATrialNeedsIt() throws IOException {
    Files.delete(folder.resolve(dense()));
    Files.writeString(study.results(), lines.getFirst() + "\n");
    study.run(progress);
    assertThat(progress.begun)
        .containsExactly(
            "dense lenet-300-100 on synthetic-digits, seed 7", trials.getLast().key().toString());
    assertThat(folder.resolve(dense())).hasSameBinaryContentAs(original.resolve(dense()));
    assertThat(SmokeStudy.figures(study.trials().getLast()))
        .isEqualTo(SmokeStudy.figures(trials.getLast()));
  }

  @Test
  void lostDenseNetworkOfAFinishedStudyIsNotMissed() throws IOException {
    Files.delete(folder.resolve(dense()));
    study.run(progress);
    assertThat(progress.begun).isEmpty();
  }

  @Test
  void folderOfOtherSettingsIsRefusedByName() throws IOException {
    refused(study.withBatch(30), "lenet-300-100 on synthetic-digits", "other settings", "batch=30");
  }

  @Test
  void anotherMethodWithOtherSettingsIsNotMixedIn() throws IOException {
    refused(study.withBatch(30).withMethods("random"), "other settings", "batch=30");
  }

  @Test
  void folderOfOtherImagesIsRefused() throws IOException {
    refused(study.withDataSeed(1), "on other images", trials.getFirst().provenance().dataDigest());
  }

  @Test
  void denseNetworkOfOtherSettingsIsNotUsed() throws IOException {
    Files.writeString(study.results(), "");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study.withBatch(30).run(progress))
        .withMessageContaining(folder.resolve(dense()).toString())
        .withMessageContaining("was trained with other settings")
        .withMessageContaining("batch=30");
    assertThat(study.results()).isEmptyFile();
  }

  private void refused(SmokeStudy other, String... words) throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> other.run(progress))
        .withMessageContaining(folder.toString())
        .withMessageContainingAll(words)
        .withMessageContaining("use another --out");
    assertThat(progress.begun).isEmpty();
    assertThat(study.lines()).isEqualTo(lines);
  }
}
