package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Module;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.Generator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code prune} does not accept, before it has loaded data or written anything. */
final class PruneRefusalsTest {
  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void writeAModel() {
    model = TinyModel.write(folder);
  }

  @Test
  void pruningNeedsOneTarget() {
    Path out = folder.resolve("out");
    assertThat(CommandRun.refusal(2, "prune", "--in", model, "--out", out))
        .contains("'global-magnitude'", "one of --ratio, --speedup and --density is missing");
    assertThat(
            CommandRun.refusal(
                2, "prune", "--in", model, "--out", out, "--ratio", 2, "--density", 0.5))
        .contains("--ratio", "--density", "mutually exclusive");
  }

  /** The data set has no files, so that only a refusal before it is loaded exits with 2. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--density 1.5 | --density: must lie in (0, 1] but is 1.5",
        "--density -0.5 | --density: must lie in (0, 1] but is -0.5",
        "--density NaN | --density: must lie in (0, 1] but is NaN",
        "--density 0 | --density: must lie in (0, 1] but is 0.0; no layer is ever emptied",
        "--ratio 0.5 | compression ratio: must be at least 1 but is 0.5",
        "--ratio NaN | compression ratio: must be at least 1 but is NaN",
        "--ratio 1000 | compression ratio 1000.0: method 'global-magnitude' can reach at most",
        "--speedup 0.5 | theoretical speed-up: must be at least 1 but is 0.5",
        "--speedup 1000 | theoretical speed-up 1000.0: method 'global-magnitude' can reach at most",
        "--ratio 2 --protect fc4 | layer 'fc4' is unknown",
        "--densities fc1=0.1,fc4=0.5 | layer to prune 'fc4' is unknown",
        "--ratio 2 --densities fc1=0.1,fc2=0.1 | and nothing else; ask for that",
        "--ratio 2 --finetune-epochs -1 | --finetune-epochs: must be at least 0 but is -1",
        "--ratio 2 --score-images 0 | images to score on >= 1",
        "--ratio 2 --round-to 8 | structure 'element' does not keep whole channels",
        "--ratio 2 --structure filter --round-to 0 | a multiple of at least 1 but it is 0",
        "--ratio 2 --scope sensitivity --schedule cubic | prunes one that is not trained yet",
        "--ratio 2 --scope sensitivity --structure nm-2:4 | keeps the same share of every layer"
      })
  void whatCannotBePrunedIsRefusedBeforeDataAreLoaded(String options, String message) {
    Path out = folder.resolve("out");
    List<Object> words =
        new ArrayList<>(List.of("prune", "--in", model, "--data", "mnist", "--out", out));
    words.addAll(List.of(options.split(" ", -1)));
    assertThat(CommandRun.refusal(2, words.toArray())).contains(message);
    assertThat(out).doesNotExist();
  }

  @Test
  void placesWhereNothingCanBeWrittenAreRefusedBeforeDataAreLoaded() {
    Path missing = folder.resolve("missing/out");
    assertThat(
            CommandRun.refusal(
                2, "prune", "--in", model, "--ratio", 2, "--data", "mnist", "--out", missing))
        .contains("--out: there is no folder " + missing.getParent());
    assertThat(
            CommandRun.refusal(
                2, "prune", "--in", model, "--ratio", 2, "--data", "mnist", "--out", folder))
        .contains("--out: " + folder + " is a folder");
    assertThat(missing.getParent()).doesNotExist();
  }

  @Test
  void unreachableRatioNamesTheReachableOneAndWritesNothing() {
    Path out = folder.resolve("out");
    assertThat(
            CommandRun.refusal(
                2, "prune", "--in", model, "--ratio", 1000, "--train-images", 10, "--out", out))
        .contains("compression ratio 1000.0", "at most 188.82");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "fc1 | must be layers with their densities, such as fc1=0.08,fc2=0.09, but has 'fc1'",
        "fc1=few | that of layer 'fc1' must be a number but is 'few'",
        "fc1=0.1,fc1=0.2 | layer 'fc1' is given twice",
        "fc1=2 | that of layer 'fc1' must lie in (0, 1] but is 2.0",
        "fc1=1 | prune nothing",
        "fc1=0.1,fc4=0.5 | layer to prune 'fc4' is unknown; did you mean 'fc1'?"
      })
  void densitiesThatAreNoneAreRefused(String densities, String message) {
    Path out = folder.resolve("out");
    CommandRun run =
        CommandRun.of(
            "prune", "--in", model, "--train-images", 10, "--densities", densities, "--out", out);
    assertThat(run.code()).as(run::err).isEqualTo(2);
    assertThat(run.err()).contains("densities", message);
    assertThat(out).doesNotExist();
  }

  @Test
  void whatContradictsDensitiesIsRefused() {
    for (String option : List.of("--scope", "--stem-floor", "--classifier-floor")) {
      assertThat(
              CommandRun.refusal(
                  2,
                  "prune",
                  "--in",
                  model,
                  "--densities",
                  "fc1=0.1",
                  option,
                  option.equals("--scope") ? "local" : 0.5,
                  "--out",
                  folder.resolve("out")))
          .contains(
              "densities say what each layer keeps, so %s has nothing to say; leave one of them out"
                  .formatted(option));
    }
    CommandRun run =
        CommandRun.of(
            "prune",
            "--in",
            model,
            "--train-images",
            10,
            "--ratio",
            3,
            "--densities",
            "fc1=0.08,fc2=0.09,fc3=0.26",
            "--out",
            folder.resolve("out"));
    assertThat(run.code()).as(run::err).isEqualTo(2);
    assertThat(run.err()).contains("reaches 12.02 here and nothing else; ask for that");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void methodThatGoesBackNeedsTheEarlierWeights() {
    assertThat(
            CommandRun.refusal(
                2,
                "prune",
                "--in",
                model,
                "--ratio",
                2,
                "--method",
                "lottery-ticket",
                "--out",
                folder.resolve("out")))
        .contains("'lottery-ticket' goes back", "--rewind-to", "espalier study");
  }

  @Test
  void wholeMethodAndItsPartsExcludeEachOther() {
    assertThat(
            CommandRun.refusal(
                2,
                "prune",
                "--in",
                model,
                "--ratio",
                2,
                "--method",
                "random",
                "--scope",
                "local",
                "--out",
                folder.resolve("out")))
        .contains("--method names a whole method");
  }

  @Test
  void scorerThatNeedsDataAndGetsNoneIsRefused() {
    Path out = folder.resolve("out");
    assertThat(
            CommandRun.refusal(
                2,
                "prune",
                "--in",
                model,
                "--ratio",
                2,
                "--scorer",
                "gradient",
                "--train-images",
                0,
                "--out",
                out))
        .contains("scorer 'gradient' needs data, but --train-images leaves none");
    assertThat(out).doesNotExist();
  }

  @Test
  void scoresThatAreNoNumbersNameTheirLayer() {
    Path nan = folder.resolve("nan.safetensors");
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    module.namedParameters().get("fc2.weight").tensor().fill(Double.NaN);
    PrunedModelFile.write(nan, module, Map.of("model", "lenet-300-100", "classes", "10"));
    module.close();
    Path out = folder.resolve("out");
    CommandRun run =
        CommandRun.of("prune", "--in", nan, "--ratio", 2, "--train-images", 10, "--out", out);
    assertThat(run.code()).as(run::err).isEqualTo(2);
    assertThat(run.err()).contains("scorer 'magnitude': the scores of 'fc2.weight' contain NaN");
    assertThat(out).doesNotExist();
  }
}
