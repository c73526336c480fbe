package dev.espalier.nn.train;

import static dev.espalier.nn.train.CheckpointBytes.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.espalier.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

/** Files that break a rule of the format: one exception names file and field, nothing changes. */
@Timeout(60)
class CheckpointHostileTest {
  private static final String KEY = CheckpointBytes.KEY;

  @TempDir static Path directory;

  private static byte[] valid;
  private static Path file;

  private final CheckpointTarget target = new CheckpointTarget();

  @BeforeAll
  static void writeValidFile() {
    file = directory.resolve("hostile.safetensors");
    valid = CheckpointBytes.write(file);
  }

  @AfterEach
  void close() {
    target.close();
  }

  private void refuses(Consumer<CheckpointBytes> edit, String... named) {
    var bytes = CheckpointBytes.of(valid);
    edit.accept(bytes);
    target.refuses(file, bytes.bytes(), named);
  }

  @Test
  void theUnchangedFileLoads() throws IOException {
    Files.write(file, CheckpointBytes.of(valid).bytes());
    String before = target.digest();
    target.load(file);
    assertThat(target.trainer().step()).isEqualTo(CheckpointBytes.STEP);
    assertThat(target.digest()).isNotEqualTo(before);
  }

  /** Every member that must be there, as the path to the object it is in and its name. */
  static List<Arguments> members() {
    var bytes = CheckpointBytes.of(valid);
    List<Arguments> members = new ArrayList<>();
    bytes.state.keySet().forEach(name -> members.add(arguments(List.of(), name)));
    bytes.within("data").keySet().forEach(name -> members.add(arguments(List.of("data"), name)));
    List<String> mask = List.of("masks", "0.weight");
    bytes.within("masks", "0.weight").keySet().forEach(name -> members.add(arguments(mask, name)));
    assertThat(members).hasSize(12 + 9 + 2);
    return members;
  }

  private static String field(List<String> path, String name) {
    return String.join(".", path.isEmpty() ? List.of(KEY) : List.of(KEY, String.join(".", path)))
        + '.'
        + name;
  }

  @ParameterizedTest
  @MethodSource("members")
  void aMissingMemberIsNamed(List<String> path, String name) {
    refuses(
        bytes -> bytes.within(path.toArray(String[]::new)).remove(name),
        field(path, name),
        "it must be there");
  }

  @ParameterizedTest
  @MethodSource("members")
  void aMemberOfAnotherTypeIsNamed(List<String> path, String name) {
    List<Object> wrong =
        new ArrayList<>(Arrays.asList(null, List.of(List.of()), 0.5, Map.of("a", 1L)));
    var before = CheckpointBytes.of(valid).within(path.toArray(String[]::new)).get(name);
    wrong.removeIf(value -> before instanceof Double && value instanceof Double);
    wrong.removeIf(value -> before instanceof Map && value instanceof Map);
    for (Object value : wrong) {
      refuses(
          bytes -> bytes.within(path.toArray(String[]::new)).put(name, value), field(path, name));
    }
  }

  @ParameterizedTest
  @MethodSource("members")
  void anUnknownMemberIsNamed(List<String> path, String name) {
    refuses(
        bytes -> bytes.within(path.toArray(String[]::new)).put(name + "2", 1L), name + "2", KEY);
  }

  private static Arguments edit(String name, Consumer<CheckpointBytes> edit, String... named) {
    return arguments(named(name, edit), named);
  }

  private static Arguments member(String name, Object value) {
    return edit(name + " " + value, bytes -> bytes.state.put(name, value), KEY + '.' + name);
  }

  private static Arguments data(String name, Object value) {
    return edit(
        "data." + name + " " + value,
        bytes -> bytes.within("data").put(name, value),
        KEY + ".data." + name);
  }

  private static Arguments mask(String name, String value, String... named) {
    return edit(
        "mask " + name + " " + value,
        bytes -> bytes.within("masks", "0.weight").put(name, value),
        named);
  }

  static Stream<Arguments> values() {
    long big = 1L << 40;
    return Stream.of(
        member("version", 2L),
        member("version", -1L),
        member("step", -1L),
        member("lossCount", -1L),
        member("lossCount", Long.MAX_VALUE),
        member("lossCount", SmallTraining.IMAGES + 1L),
        member("lossSum", "NaN"),
        member("frozen", List.of("0.weight", "0.weight")),
        member("denseGradient", List.of(1L)),
        data("count", 0L),
        data("count", big),
        data("batchSize", -3L),
        data("batchSize", big),
        data("epoch", -1L),
        data("epoch", big),
        data("batch", -1L),
        data("batch", big),
        data("seed", 1e300),
        mask("mode", "HARD", KEY + ".masks.0.weight.mode", "[hard, soft]"),
        mask("granularity", "", "tensor 'mask/0.weight'", "granularity"),
        mask("granularity", "block-0x4", "tensor 'mask/0.weight'"),
        mask("granularity", "block-999999999x999999999", "tensor 'mask/0.weight'"),
        mask("granularity", "row-vector-99999999999", "tensor 'mask/0.weight'"),
        mask("granularity", "filter", "tensor 'mask/0.weight'", "conform"));
  }

  private static Arguments generator(Object... numbers) {
    return edit(
        "generator " + Arrays.toString(numbers),
        bytes -> bytes.within("modelGenerators").replaceAll((_, _) -> Arrays.asList(numbers)),
        KEY + ".modelGenerators.4.generator");
  }

  private static Arguments steps(Object count) {
    return edit(
        "steps " + count,
        bytes -> bytes.within("optimizerSteps").put("0.weight", count),
        KEY + ".optimizerSteps.0.weight");
  }

  static Stream<Arguments> collections() {
    return Stream.of(
        generator(),
        generator(7L, 7L),
        generator(7L, 7L, 7L, 7L),
        generator(7L, 7L, 0.5),
        generator(7L, 7L, -1L),
        steps(-1L),
        steps("6"),
        edit("setting", bytes -> bytes.within("settings").put("key", 1L), KEY + ".settings.key"),
        edit(
            "mask without bitmap",
            bytes -> bytes.within("masks").put("9.bias", bytes.within("masks", "0.weight")),
            KEY + ".masks",
            "9.bias"),
        edit(
            "bitmap without mask",
            bytes -> bytes.within("masks").remove("0.weight"),
            KEY + ".masks",
            "0.weight"),
        edit(
            "mask of no tensor",
            bytes -> {
              bytes.rename("mask/0.weight", "mask/none");
              bytes.within("masks").put("none", bytes.within("masks").remove("0.weight"));
            },
            "mask/none"),
        edit(
            "mask of a smaller tensor",
            bytes -> {
              bytes.rename("mask/0.weight", "mask/0.bias");
              bytes.within("masks").put("0.bias", bytes.within("masks").remove("0.weight"));
            },
            "tensor 'mask/0.bias'",
            "needs 1 bytes"),
        edit("tensor of no kind", bytes -> bytes.rename("model/0.bias", "0.bias"), "'0.bias'"),
        edit(
            "tensor kind in capitals",
            bytes -> bytes.rename("model/0.bias", "Model/0.bias"),
            "Model/"));
  }

  @ParameterizedTest
  @MethodSource({"values", "collections"})
  void aValueOutOfRangeIsNamed(Consumer<CheckpointBytes> edit, String[] named) {
    refuses(edit, named);
  }

  static List<String> brokenTexts() {
    String text = Json.write(CheckpointBytes.of(valid).state);
    return List.of(
        "",
        "[]",
        "null",
        "{",
        text + "x",
        text.substring(0, text.length() - 1),
        text.replaceFirst("\"lossSum\":[^,]*", "\"lossSum\":NaN"),
        text.replaceFirst("\"lossSum\":[^,]*", "\"lossSum\":1e999"),
        text.replaceFirst("\"step\":6", "\"step\":99999999999999999999"),
        text.replaceFirst("\"step\":6", "\"step\":6,\"step\":6"),
        "[".repeat(100_000));
  }

  @ParameterizedTest
  @MethodSource("brokenTexts")
  void metadataThatAreNoObjectOfJsonAreRefused(String text) {
    refuses(bytes -> bytes.replaceState(text), KEY);
  }

  @Test
  void aSafetensorsFileWithoutTheEntryIsNoCheckpoint() {
    refuses(bytes -> object(bytes.header.get("__metadata__")).remove(KEY), "metadata", KEY);
    refuses(bytes -> bytes.header.remove("__metadata__"), "metadata", KEY);
  }
}
