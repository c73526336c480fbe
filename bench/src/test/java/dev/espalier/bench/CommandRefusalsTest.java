package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Module;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What commands do not accept: exit code 1 for what fails, 2 for what is not understood, and one
 * sentence that names the file or option.
 */
final class CommandRefusalsTest {
  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void writeAModel() {
    model = folder.resolve("model.safetensors");
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    PrunedModelFile.write(model, module, Map.of("model", "lenet-300-100", "classes", "10"));
    module.close();
  }

  private static String sentence(int code, Object... arguments) {
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.code()).as(run::err).isEqualTo(code);
    String prefix = "espalier " + arguments[0] + ": ";
    assertThat(run.err()).startsWith(prefix).doesNotContain("\tat ");
    assertThat(run.err().lines()).hasSize(code);
    if (code == 2) {
      assertThat(run.err()).endsWith("See espalier " + arguments[0] + " --help.\n");
    }
    return run.err();
  }

  private Object[] withFile(String command, Path in) {
    return command.equals("prune")
        ? new Object[] {
          command, "--in", in, "--ratio", 2, "--train-images", 10, "--out", folder.resolve("out")
        }
        : new Object[] {command, "--in", in};
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "compile", "prune"})
  void missingFileIsNamed(String command) {
    Path missing = folder.resolve("missing.safetensors");
    assertThat(sentence(1, withFile(command, missing))).contains(missing.toString());
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "compile", "prune"})
  void fileThatIsCutShortIsNamed(String command) throws IOException {
    Path cut = folder.resolve("cut.safetensors");
    byte[] whole = Files.readAllBytes(model);
    for (int length : new int[] {0, 5, 100, whole.length - 1}) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertThat(sentence(1, withFile(command, cut))).contains(cut.toString());
    }
  }

  @Test
  void fileThatDoesNotSayItsModelIsNamed() {
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    PrunedModelFile.write(model, module);
    module.close();
    assertThat(sentence(1, "compile", "--in", model))
        .contains(model + ": does not say which model it holds", "espalier train");
  }

  @Test
  void fileOfAnotherModelThanItSaysIsNamed() {
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    PrunedModelFile.write(model, module, Map.of("model", "lenet-5", "classes", "10"));
    module.close();
    assertThat(sentence(1, "eval", "--in", model)).contains(model.toString(), "missing 'conv1");
  }

  @Test
  void folderInPlaceOfAFileIsNamed() {
    assertThat(sentence(1, "eval", "--in", folder)).contains(folder.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "compile", "prune"})
  void missingOptionIsNamed(String command) {
    assertThat(sentence(2, command)).contains("Missing required", "--in");
  }

  @Test
  void pruningNeedsOneTarget() {
    Path out = folder.resolve("out");
    assertThat(sentence(2, "prune", "--in", model, "--out", out))
        .contains("'global-magnitude'", "one of --ratio, --speedup and --density is missing");
    assertThat(sentence(2, "prune", "--in", model, "--out", out, "--ratio", 2, "--density", 0.5))
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
    assertThat(sentence(2, words.toArray())).contains(message);
    assertThat(out).doesNotExist();
  }

  @Test
  void placesWhereNothingCanBeWrittenAreRefusedBeforeDataAreLoaded() {
    Path missing = folder.resolve("missing/out");
    assertThat(
            sentence(2, "prune", "--in", model, "--ratio", 2, "--data", "mnist", "--out", missing))
        .contains("--out: there is no folder " + missing.getParent());
    assertThat(
            sentence(2, "prune", "--in", model, "--ratio", 2, "--data", "mnist", "--out", folder))
        .contains("--out: " + folder + " is a folder");
    assertThat(missing.getParent()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "prune", "train", "study"})
  void folderOfDataThatDoesNotExistIsNotUnderstood(String command) {
    Path missing = folder.resolve("missing");
    List<Object> words =
        new ArrayList<>(List.of(command, "--data", "mnist", "--data-dir", missing));
    if (command.equals("eval") || command.equals("prune")) {
      words.addAll(List.of("--in", model));
    }
    if (!command.equals("eval")) {
      words.addAll(List.of("--out", folder.resolve("out")));
    }
    if (command.equals("prune")) {
      words.addAll(List.of("--ratio", 2));
    }
    assertThat(sentence(2, words.toArray())).contains("--data-dir: there is no folder " + missing);
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
              sentence(
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
            sentence(
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
  void unknownNamesAreAnsweredWithTheNearest() {
    Path out = folder.resolve("out");
    assertThat(sentence(2, "train", "--model", "lenet", "--out", out))
        .contains("'lenet' is unknown; did you mean 'lenet-5'?", "lenet-300-100");
    assertThat(sentence(2, "train", "--data", "mnits", "--out", out))
        .contains("did you mean 'mnist'", "synthetic-digits");
    assertThat(sentence(2, "prune", "--in", model, "--ratio", 2, "--method", "magic", "--out", out))
        .contains("'magic' is unknown", " others; 'espalier list methods' says what they are");
    assertThat(
            sentence(
                2,
                "prune",
                "--in",
                model,
                "--ratio",
                2,
                "--method",
                "global-magnitde",
                "--out",
                out))
        .contains("did you mean 'global-magnitude'? Known are global-magnitude, ")
        .hasSizeLessThan(320);
    assertThat(
            sentence(2, "prune", "--in", model, "--ratio", 2, "--scorer", "magnitud", "--out", out))
        .contains("scorer 'magnitud' is unknown; did you mean 'magnitude'?");
    assertThat(sentence(2, "prune", "--in", model, "--ratio", 2, "--data", "mnits", "--out", out))
        .contains("did you mean 'mnist'");
    assertThat(sentence(2, "list", "scorer")).contains("did you mean 'scorers'?");
    assertThat(out).doesNotExist();
  }

  @Test
  void wholeMethodAndItsPartsExcludeEachOther() {
    assertThat(
            sentence(
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
            sentence(
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

  @Test
  void studyFileWithATypoIsNotUnderstoodAndLeavesNothing() throws IOException {
    Path file = folder.resolve("study.yaml");
    Path out = folder.resolve("study");
    Files.writeString(file, "models: [lenet-5]\ndata: [mnist]\nmethods: [random]\nseed: [1, 2]\n");
    assertThat(sentence(2, "study", file, "--out", out))
        .contains(file + ": key 'seed' is unknown; did you mean 'seeds'?");
    Files.writeString(
        file,
        "pairs:\n  - model: lenet-5\n    data: mnist\n    recipe: {epoch: 3}\nmethods: [random]\n");
    assertThat(sentence(2, "study", file, "--out", out))
        .contains(file + ": pairs[0].recipe: key 'epoch' is unknown; did you mean 'epochs'?");
    Files.writeString(file, "models: [lenet-5]\ndata: [mnist\nmethods: [random]\n");
    assertThat(sentence(2, "study", file, "--out", out))
        .contains(
            file
                + ", line 3, column 8: expected ',' or ']', but got : (while parsing a flow"
                + " sequence from line 2, column 7)");
    Files.writeString(file, "models: lenet: 5\n");
    assertThat(sentence(2, "study", file, "--out", out))
        .contains(file + ", line 1, column 14: mapping values are not allowed here");
    Files.writeString(file, "models: [lenet-5]\n\tdata: [mnist]\n");
    assertThat(sentence(2, "study", file, "--out", out))
        .contains(file + ", line 2, column 1: found character");
    Files.writeString(file, "models: [lenet-5]\nmodels: [lenet-5]\n");
    assertThat(sentence(2, "study", file, "--out", out))
        .contains(file + ", line 2, column ", "Duplicate Object property \"models\"");
    assertThat(sentence(2, "study", folder.resolve("none.yaml"), "--out", out))
        .contains("there is no study file", "none.yaml");
    assertThat(sentence(2, "study", "standrad", "--out", out))
        .contains("study 'standrad' is unknown; did you mean 'standard'?");
    assertThat(sentence(2, "study", "standard", "--ratios", 2, "--out", out))
        .contains("--ratios cannot be given beside a study file");
    assertThat(sentence(2, "study", "standard", "--memory", "much", "--out", out))
        .contains("'much' is no size of memory");
    assertThat(out).doesNotExist();
  }

  @Test
  void ratioThatNoNetworkCanReachIsRefusedBeforeTraining() {
    Path out = folder.resolve("study");
    assertThat(
            sentence(
                2,
                "study",
                "--train-images",
                50,
                "--method",
                "random",
                "--ratios",
                "2,1000",
                "--out",
                out))
        .contains(
            "lenet-300-100 on synthetic-digits: compression ratio 1000.0", "can reach at most");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "filter | bn-scale | ranks only channels that a batch normalisation scales, and there are"
            + " none in 'fc1.weight', 'fc2.weight'; use another",
        "element | bn-scale | scorer 'bn-scale' ranks whole channels, which structure 'element'"
            + " divides",
        "element | taylor | scorer 'taylor' ranks whole channels, which structure 'element' divides"
            + " at 'fc1.weight'",
        "filter | cam | the model must end in global average pooling and a linear layer",
        "filter | maxout-wins | the model has no Maxout layer"
      })
  void scorerThatCannotRankTheLayersIsRefusedBeforeTraining(
      String structure, String scorer, String message) {
    Path out = folder.resolve("study");
    Object[] study = {
      "study",
      "--train-images",
      50,
      "--structure",
      structure,
      "--scorer",
      scorer,
      "--ratios",
      2,
      "--out",
      out
    };
    assertThat(sentence(2, study))
        .contains("study: lenet-300-100 on synthetic-digits: ", message)
        .doesNotContain("dense lenet-300-100");
    Object[] prune = {
      "prune",
      "--in",
      model,
      "--train-images",
      50,
      "--structure",
      structure,
      "--scorer",
      scorer,
      "--ratio",
      2,
      "--schedule",
      "cubic",
      "--out",
      out
    };
    CommandRun run = CommandRun.of(prune);
    assertThat(run.code()).as(run::err).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(run.out()).doesNotContain("trained on");
    assertThat(out).doesNotExist();
  }

  @Test
  void studyThatCannotBeIsNotUnderstoodAndLeavesNothing() {
    Path out = folder.resolve("study");
    assertThat(sentence(2, "study", "--out", out, "--model", "lenet"))
        .contains("'lenet' is unknown", "lenet-300-100");
    assertThat(sentence(2, "study", "--out", out, "--data", "digits"))
        .contains("data set 'digits' is unknown", "synthetic-digits");
    assertThat(sentence(2, "study", "--out", out, "--method", "magic"))
        .contains("'magic' is unknown", "'espalier list methods'");
    assertThat(sentence(2, "study", "--out", out, "--ratios", "2,1"))
        .contains("ratio must be above 1");
    assertThat(sentence(2, "study", "--out", out, "--seeds", "one")).contains("--seeds", "'one'");
    assertThat(out).doesNotExist();
  }

  @Test
  void numbersThatCannotBeMeasuredAreNotUnderstood() {
    assertThat(sentence(2, "compile", "--in", model, "--batch", "4,0"))
        .contains("--batch", "but is 0");
    assertThat(sentence(2, "compile", "--in", model, "--batch", "x")).contains("--batch", "'x'");
    assertThat(sentence(2, "compile", "--in", model, "--seconds", "-1"))
        .contains("--seconds", "but is -1.0");
    assertThat(sentence(2, "compile", "--in", model, "--seconds", "NaN")).contains("--seconds");
    assertThat(sentence(2, "tune", "--cases", 0, "--out", folder.resolve("table")))
        .contains("--cases", "but is 0");
    assertThat(sentence(2, "tune", "--threads", 0, "--out", folder.resolve("table")))
        .contains("--threads", "but is 0");
    assertThat(sentence(2, "tune", "--check", "--out", folder.resolve("table")))
        .contains("--check writes no table");
    assertThat(folder.resolve("table")).doesNotExist();
  }

  @Test
  void trainingThatCannotStartFails() {
    assertThat(sentence(2, "train", "--lr", "-1", "--out", folder)).contains("lr > 0", "-1.0");
    assertThat(sentence(2, "train", "--batch", "0", "--out", folder)).contains("batch >= 1");
    assertThat(sentence(1, "train", "--data", "mnist", "--out", folder))
        .contains("mnist", "train-images-idx3-ubyte");
  }

  @Test
  void resumingWithoutACheckpointNamesTheFile() {
    assertThat(
            sentence(1, "train", "--train-images", 10, "--epochs", 1, "--resume", "--out", folder))
        .contains(folder.resolve("checkpoint.safetensors").toString());
  }

  @Test
  void unreachableRatioNamesTheReachableOneAndWritesNothing() {
    Path out = folder.resolve("out");
    assertThat(
            sentence(
                2, "prune", "--in", model, "--ratio", 1000, "--train-images", 10, "--out", out))
        .contains("compression ratio 1000.0", "at most 188.82");
    assertThat(out).doesNotExist();
  }

  @Test
  void studyInAFolderOfOtherSettingsIsNotUnderstood() {
    Path out = folder.resolve("study");
    Object[] first = study(out, 1);
    CommandRun run = CommandRun.of(first);
    assertThat(run.code()).as(run::err).isZero();
    assertThat(sentence(2, study(out, 2)))
        .contains("holds a trial of", "with other settings", "use another --out");
  }

  private static Object[] study(Path out, int epochs) {
    return new Object[] {
      "study",
      "--train-images",
      200,
      "--method",
      "random",
      "--ratios",
      2,
      "--epochs",
      epochs,
      "--finetune-epochs",
      0,
      "--out",
      out
    };
  }

  @Test
  void memoryThatNoTrialFitsIsRemarkedOn() {
    List<Object> words = new ArrayList<>(List.of(study(folder.resolve("study"), 1)));
    words.addAll(List.of("--memory", "1k"));
    CommandRun run = CommandRun.of(words.toArray());
    assertThat(run.code()).as(run::err).isZero();
    assertThat(run.out())
        .contains(
            "note: a trial of lenet-300-100 on synthetic-digits is expected to need ",
            " MiB, more than the memory of 1.0 KiB for all, so it runs when no other does");
  }

  /** Files of MNIST whose first images are of one class, so that no shuffling mixes them. */
  @Test
  void imagesInClassOrderAreRefusedToScorersThatNeedData() throws IOException {
    TinyMnist.write(folder, 20);
    Path out = folder.resolve("out");
    for (int images : new int[] {20, 60}) {
      Object[] prune = {
        "prune",
        "--in",
        model,
        "--ratio",
        2,
        "--scorer",
        "gradient",
        "--data",
        "mnist",
        "--data-dir",
        folder,
        "--train-images",
        images,
        "--out",
        out
      };
      CommandRun run = CommandRun.of(prune);
      assertThat(run.code()).as(run::err).isEqualTo(2);
      assertThat(run.err())
          .contains(
              "scoring data: the %d training images are of %d of the 10 classes of 'mnist'"
                  .formatted(images, images / 20));
      Object[] study = {
        "study",
        "--model",
        "lenet-300-100",
        "--ratios",
        2,
        "--scorer",
        "gradient",
        "--data",
        "mnist",
        "--data-dir",
        folder,
        "--train-images",
        images,
        "--out",
        out
      };
      run = CommandRun.of(study);
      assertThat(run.code()).as(run::err).isEqualTo(2);
      assertThat(run.err()).contains("lenet-300-100 on mnist: scoring data: ");
      assertThat(run.out()).doesNotContain("dense lenet-300-100");
    }
    assertThat(out).doesNotExist();
  }
}
