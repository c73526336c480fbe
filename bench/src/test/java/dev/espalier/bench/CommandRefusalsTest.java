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

/** What any command does not accept: files, folders, names, numbers. */
final class CommandRefusalsTest {
  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void writeAModel() {
    model = TinyModel.write(folder);
  }

  private Object[] withFile(String command, Path in) {
    return command.equals("prune")
        ? new Object[] {
          command, "--in", in, "--ratio", 2, "--train-images", 10, "--out", folder.resolve("out")
        }
        : new Object[] {command, "--in", in};
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "compile", "prune", "sensitivity"})
  void missingFileIsNamed(String command) {
    Path missing = folder.resolve("missing.safetensors");
    assertThat(CommandRun.refusal(1, withFile(command, missing))).contains(missing.toString());
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "compile", "prune", "sensitivity"})
  void fileThatIsCutShortIsNamed(String command) throws IOException {
    Path cut = folder.resolve("cut.safetensors");
    byte[] whole = Files.readAllBytes(model);
    for (int length : new int[] {0, 5, 100, whole.length - 1}) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertThat(CommandRun.refusal(1, withFile(command, cut))).contains(cut.toString());
    }
  }

  @Test
  void fileThatDoesNotSayItsModelIsNamed() {
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    PrunedModelFile.write(model, module);
    module.close();
    assertThat(CommandRun.refusal(1, "compile", "--in", model))
        .contains(model + ": does not say which model it holds", "espalier train");
  }

  @Test
  void fileOfAnotherModelThanItSaysIsNamed() {
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    PrunedModelFile.write(model, module, Map.of("model", "lenet-5", "classes", "10"));
    module.close();
    assertThat(CommandRun.refusal(1, "eval", "--in", model))
        .contains(model.toString(), "missing 'conv1");
  }

  @Test
  void folderInPlaceOfAFileIsNamed() {
    assertThat(CommandRun.refusal(1, "eval", "--in", folder)).contains(folder.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "compile", "prune", "sensitivity"})
  void missingOptionIsNamed(String command) {
    assertThat(CommandRun.refusal(2, command)).contains("Missing required", "--in");
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
    assertThat(CommandRun.refusal(2, words.toArray()))
        .contains("--data-dir: there is no folder " + missing);
  }

  @Test
  void unknownNamesAreAnsweredWithTheNearest() {
    Path out = folder.resolve("out");
    assertThat(CommandRun.refusal(2, "train", "--model", "lenet", "--out", out))
        .contains("'lenet' is unknown; did you mean 'lenet-5'?", "lenet-300-100");
    assertThat(CommandRun.refusal(2, "train", "--data", "mnits", "--out", out))
        .contains("did you mean 'mnist'", "synthetic-digits");
    assertThat(
            CommandRun.refusal(
                2, "prune", "--in", model, "--ratio", 2, "--method", "magic", "--out", out))
        .contains("'magic' is unknown", " others; 'espalier list methods' says what they are");
    assertThat(
            CommandRun.refusal(
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
            CommandRun.refusal(
                2, "prune", "--in", model, "--ratio", 2, "--scorer", "magnitud", "--out", out))
        .contains("scorer 'magnitud' is unknown; did you mean 'magnitude'?");
    assertThat(
            CommandRun.refusal(
                2, "prune", "--in", model, "--ratio", 2, "--data", "mnits", "--out", out))
        .contains("did you mean 'mnist'");
    assertThat(CommandRun.refusal(2, "list", "scorer")).contains("did you mean 'scorers'?");
    assertThat(out).doesNotExist();
  }

  @Test
  void numbersThatCannotBeMeasuredAreNotUnderstood() {
    assertThat(CommandRun.refusal(2, "compile", "--in", model, "--batch", "4,0"))
        .contains("--batch", "but is 0");
    assertThat(CommandRun.refusal(2, "compile", "--in", model, "--batch", "x"))
        .contains("--batch", "'x'");
    assertThat(CommandRun.refusal(2, "compile", "--in", model, "--seconds", "-1"))
        .contains("--seconds", "but is -1.0");
    assertThat(CommandRun.refusal(2, "compile", "--in", model, "--seconds", "NaN"))
        .contains("--seconds");
    assertThat(CommandRun.refusal(2, "tune", "--cases", 0, "--out", folder.resolve("table")))
        .contains("--cases", "but is 0");
    assertThat(CommandRun.refusal(2, "tune", "--threads", 0, "--out", folder.resolve("table")))
        .contains("--threads", "but is 0");
    assertThat(CommandRun.refusal(2, "tune", "--check", "--out", folder.resolve("table")))
        .contains("--check writes no table");
    assertThat(folder.resolve("table")).doesNotExist();
  }

  @Test
  void trainingThatCannotStartFails() {
    assertThat(CommandRun.refusal(2, "train", "--lr", "-1", "--out", folder))
        .contains("lr > 0", "-1.0");
    assertThat(CommandRun.refusal(2, "train", "--batch", "0", "--out", folder))
        .contains("batch >= 1");
    assertThat(CommandRun.refusal(1, "train", "--data", "mnist", "--out", folder))
        .contains("mnist", "train-images-idx3-ubyte");
  }

  @Test
  void resumingWithoutACheckpointNamesTheFile() {
    assertThat(
            CommandRun.refusal(
                1, "train", "--train-images", 10, "--epochs", 1, "--resume", "--out", folder))
        .contains(folder.resolve("checkpoint.safetensors").toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--structure fliter | structure 'fliter' is unknown; did you mean 'filter'?",
        "--scorer magnitud | scorer 'magnitud' is unknown; did you mean 'magnitude'?",
        "--structure kernel | kernel pruning: no weight of this model can be pruned so: fc1.weight",
        "--protect fc1,fc2,fc3 | structure 'element' finds no layers to prune in 'lenet-300-100'",
        "--scorer bn-scale | scorer 'bn-scale' ranks whole channels, which structure 'element'",
        "--protect fc4 | layer 'fc4' is unknown; did you mean 'fc1'?",
        "--score-images 0 | images to score on >= 1",
        "--data mnits | did you mean 'mnist'"
      })
  void sensitivityOfWhatCannotBePrunedIsRefused(String options, String message) {
    Path out = folder.resolve("out");
    List<Object> words = new ArrayList<>(List.of("sensitivity", "--in", model, "--out", out));
    words.addAll(List.of(options.split(" ", -1)));
    assertThat(CommandRun.refusal(2, words.toArray())).contains(message);
    assertThat(out).doesNotExist();
  }
}
