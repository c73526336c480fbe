package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.espalier.nn.optim.Adam;
import dev.espalier.tensor.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Well-formed checkpoints of another model, optimiser, data set or plan: nothing is changed. */
@Timeout(60)
class CheckpointMismatchTest {
  @TempDir static Path directory;

  private static byte[] valid;
  private static Path file;

  private final CheckpointTarget target = new CheckpointTarget();

  @BeforeAll
  static void writeValidFile() {
    file = directory.resolve("other.safetensors");
    valid = CheckpointBytes.write(file);
  }

  @AfterEach
  void close() {
    target.close();
  }

  private static Arguments edit(String name, Consumer<CheckpointBytes> edit, String... named) {
    return arguments(named(name, edit), named);
  }

  private static Arguments data(String name, Object value, String... named) {
    return edit(
        "data." + name + " " + value, bytes -> bytes.within("data").put(name, value), named);
  }

  private static void position(CheckpointBytes bytes, long step, long epoch, long batch) {
    bytes.state.put("step", step);
    bytes.within("data").put("epoch", epoch);
    bytes.within("data").put("batch", batch);
  }

  private static Arguments position(long step, long epoch, long batch, String... named) {
    return edit(
        "step %d, epoch %d, batch %d".formatted(step, epoch, batch),
        bytes -> position(bytes, step, epoch, batch),
        named);
  }

  static Stream<Arguments> models() {
    return Stream.of(
        edit("missing", bytes -> bytes.remove("model/1.running_mean"), "no '1.running_mean'"),
        edit(
            "renamed",
            bytes -> bytes.rename("model/0.bias", "model/0.offset"),
            "it has no '0.bias'",
            "it has '0.offset'"),
        edit(
            "control character",
            bytes -> bytes.rename("model/0.bias", "model/0\nFORGED"),
            "it has '0?FORGED'"),
        edit(
            "shape",
            bytes -> bytes.tensor("model/0.bias").put("shape", List.of(2L, 3L)),
            "'0.bias' is float32 [2, 3] but the model's is float32 [6]"),
        edit(
            "dtype",
            bytes -> bytes.tensor("model/0.bias").put("dtype", "I32"),
            "'0.bias' is int32 [6]"),
        edit("frozen", bytes -> bytes.state.put("frozen", List.of("8.weight")), "'8.weight'"),
        edit(
            "dense gradient",
            bytes -> bytes.state.put("denseGradient", List.of("1.running_mean")),
            "'1.running_mean' is no parameter"));
  }

  static Stream<Arguments> optimizers() {
    String state = "optimizer/0.bias/momentum_buffer";
    return Stream.of(
        edit("state missing", bytes -> bytes.remove(state), "'0.bias/momentum_buffer' is missing"),
        edit(
            "state of another optimiser",
            bytes -> bytes.rename(state, "optimizer/0.bias/variance"),
            "state '0.bias/variance' is not one of Sgd",
            "state '0.bias/momentum_buffer' is missing"),
        edit(
            "state of no parameter",
            bytes -> bytes.rename(state, "optimizer/none/momentum_buffer"),
            "'none/momentum_buffer'"),
        edit(
            "shape of state",
            bytes -> bytes.tensor(state).put("shape", List.of(3L, 2L)),
            "state '0.bias/momentum_buffer' is float32 [3, 2]"),
        edit(
            "dtype of state",
            bytes -> bytes.tensor(state).put("dtype", "I32"),
            "state '0.bias/momentum_buffer' is int32"),
        edit(
            "steps of no parameter",
            bytes -> bytes.within("optimizerSteps").put("none", 6L),
            "steps of 'none'"),
        edit(
            "no steps",
            bytes -> bytes.within("optimizerSteps").put("0.bias", 0L),
            "0 steps of '0.bias'"),
        edit(
            "steps not counted",
            bytes -> bytes.within("optimizerSteps").remove("0.bias"),
            "state '0.bias/momentum_buffer'"));
  }

  static Stream<Arguments> places() {
    return Stream.of(
        data("name", "mnist", "data set was 'mnist' but is 'bars'"),
        data("split", "test", "split was 'test'"),
        data("count", 61L, "number of examples was '61' but is '60'"),
        data("batchSize", 15L, "batch size was '15' but is '16'"),
        data("shuffle", false, "shuffling was 'false'"),
        data("dropLast", true, "dropping the last batch was 'true'"),
        data("seed", 6L, "seed of the data was '6' but is '5'"),
        data("batch", 3L, "step 6 at batch 3 of epoch 1"),
        data("batch", 6L, "step 6 at batch 6 of epoch 1"),
        data("batch", (long) Integer.MAX_VALUE, "batch 2147483647"),
        data("epoch", 0L, "step 6 at batch 2 of epoch 0"),
        data("epoch", (long) Integer.MAX_VALUE, "epoch 2147483647"),
        position(7, 1, 2, "step 7"),
        position(26, 6, 2, "step 26", "a plan of 24 steps"),
        position(Long.MAX_VALUE, 1, 3, "step 9223372036854775807"),
        edit(
            "generator of another seed",
            bytes -> bytes.within("modelGenerators").replaceAll((_, _) -> List.of(8L, 0L, 0L)),
            "had seed 8, stream 0 but has seed 7"),
        edit(
            "generator of no module",
            bytes -> bytes.within("modelGenerators").put("none", List.of(7L, 0L, 0L)),
            "the model's generator 'none' is missing"),
        edit(
            "generators not saved",
            bytes -> bytes.within("modelGenerators").clear(),
            "was not saved"),
        edit(
            "generator of no plan",
            bytes -> bytes.within("generators").put("mine", List.of(7L, 0L, 0L)),
            "generator 'mine' is missing"));
  }

  @ParameterizedTest
  @MethodSource({"models", "optimizers", "places"})
  void aDifferenceIsNamedAndNothingIsChanged(Consumer<CheckpointBytes> edit, String[] named) {
    var bytes = CheckpointBytes.of(valid);
    edit.accept(bytes);
    target.refuses(file, bytes.bytes(), named);
  }

  @Test
  void allDifferencesAreListedInOneMessage() {
    var bytes = CheckpointBytes.of(valid);
    bytes.rename("model/0.bias", "model/0.offset");
    bytes.within("optimizerSteps").put("none", 6L);
    bytes.within("data").put("seed", 6L);
    bytes.within("generators").put("mine", List.of(7L, 0L, 0L));
    target.refuses(file, bytes.bytes(), "'0.bias'", "'0.offset'", "'none'", "seed", "'mine'");
  }

  @Test
  void anotherOptimizerRefusesTheStateOfThisOne() throws IOException {
    Files.write(file, valid);
    try (var other = new SmallTraining(CheckpointBytes.EPOCHS, model -> new Adam(model, 0.01));
        Checkpoint checkpoint = Checkpoint.read(file)) {
      String before = other.digest();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> other.trainer.restore(checkpoint))
          .withMessageContaining(file.toString())
          .withMessageContaining("'0.bias/momentum_buffer' is not one of Adam");
      assertThat(other.digest()).isEqualTo(before);
    }
  }

  @Test
  void aPlansGeneratorThatWasNotSavedIsNamed() throws IOException {
    Files.write(file, valid);
    try (var other = new SmallTraining(CheckpointBytes.EPOCHS);
        Checkpoint checkpoint = Checkpoint.read(file)) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  checkpoint.restoreInto(
                      other.model, other.optimizer, other.data, Map.of("mine", new Generator(1))))
          .withMessageContaining("generator 'mine' was not saved");
    }
  }

  @Test
  void anotherModelIsRefusedForEvaluationToo() throws IOException {
    Files.write(file, valid);
    try (var other = new LinearTraining(1);
        Checkpoint checkpoint = Checkpoint.read(file)) {
      float[] before = other.weight().tensor().toFloatArray();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> checkpoint.restoreInto(other.model))
          .withMessageContaining(file.toString())
          .withMessageContaining("'1.weight' is float32 [6] but the model's is float32 [3, 2]")
          .withMessageContaining("it has '9.bias', which the model has not");
      assertThat(other.weight().tensor().toFloatArray()).isEqualTo(before);
    }
  }
}
