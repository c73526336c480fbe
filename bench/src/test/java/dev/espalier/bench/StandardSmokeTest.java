package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.bench.report.ResultStore;
import dev.espalier.bench.report.TrialResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The standard study in small, as a user would run it, and what it leaves behind. */
final class StandardSmokeTest {
  private static final int PAIRS = 3;
  private static final int METHODS = 5;
  private static final int RATIOS = 2;
  private static final int SEEDS = 2;

  @TempDir private static Path out;

  private static CommandRun run;
  private static List<String> lines;
  private static Schema schema;

  @BeforeAll
  static void runIt() throws IOException {
    run = CommandRun.of("study", "standard-smoke", "--trials", 2, "--out", out);
    lines = Files.readAllLines(out.resolve("results.jsonl"));
    try (InputStream in = ResultStore.class.getResourceAsStream("results.schema.json")) {
      schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(in);
    }
  }

  private static List<String> faults(String line) {
    return schema.validate(line, InputFormat.JSON).stream().map(Object::toString).toList();
  }

  @Test
  void everyTrialOfTheGridIsThereAndFitsTheSchema() {
    assertThat(run.code()).as(run::err).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(lines).hasSize(PAIRS * METHODS * RATIOS * SEEDS);
    assertThat(lines).allSatisfy(line -> assertThat(faults(line)).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"top1\": | \"top_1\":",
        "\"ratio\":2.0 | \"ratio\":0.5",
        "\"seed\":1 | \"seed\":\"one\"",
        "\"jdk\":\" | \"jdk\":7,\"x\":\"",
        "\"layers\":[ | \"layers\":[1,"
      })
  void theSchemaRefusesWhatIsWrong(String right, String wrong) {
    String line =
        lines.stream()
            .filter(it -> it.contains("\"ratio\":2.0") && it.contains("\"seed\":1"))
            .findFirst()
            .orElseThrow();
    assertThat(line).contains(right);
    assertThat(faults(line.replace(right, wrong))).isNotEmpty();
  }

  @Test
  void methodsOfASeedStartFromTheSameNetworkAndHaveTheSameBudget() throws IOException {
    List<TrialResult> trials = ResultStore.read(out.resolve("results.jsonl"), new ArrayList<>());
    for (String model : List.of("lenet-300-100", "lenet-5", "vgg-tiny")) {
      for (long seed = 1; seed <= SEEDS; seed++) {
        long wanted = seed;
        assertThat(trials)
            .filteredOn(it -> it.key().model().equals(model) && it.key().seed() == wanted)
            .hasSize(METHODS * RATIOS)
            .allSatisfy(it -> assertThat(it.epochs()).isEqualTo(1))
            .allSatisfy(it -> assertThat(it.top1BeforeFinetune()).isPresent())
            .allSatisfy(it -> assertThat(it.top5BeforeFinetune()).isPresent())
            .extracting(it -> it.dense().top1())
            .containsOnly(
                trials.stream()
                    .filter(it -> it.key().model().equals(model) && it.key().seed() == wanted)
                    .findFirst()
                    .orElseThrow()
                    .dense()
                    .top1());
      }
    }
  }

  @Test
  void everyPairHasItsSectionAndCurves() throws IOException {
    String page = Files.readString(out.resolve("report.html"));
    assertThat(page)
        .contains(
            "id=\"pair-1\"",
            "id=\"pair-2\"",
            "id=\"pair-3\"",
            "lenet-300-100 on synthetic-digits",
            "lenet-5 on synthetic-digits",
            "vgg-tiny on synthetic-colour-digits");
    assertThat(out.resolve("curves-vgg-tiny-synthetic-colour-digits.svg")).isNotEmptyFile();
    assertThat(run.out()).contains("[60 of 60, 0 s left]");
  }

  private static Stream<Path> committedResults() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("results"))) {
      return files
          .filter(file -> file.getFileName().toString().equals("results.jsonl"))
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("committedResults")
  void resultsThatWereCommittedFitTheSchema(Path file) throws IOException {
    assertThat(Files.readAllLines(file))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(faults(line)).isEmpty());
  }
}
