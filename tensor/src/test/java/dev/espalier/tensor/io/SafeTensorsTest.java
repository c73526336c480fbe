package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The resource was written by the reference implementation, safetensors 0.8.0:
 *
 * <pre>
 * import numpy as np
 * from safetensors.numpy import save_file
 * save_file({"w": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
 *            "mask": np.array([True, False, True]), "step": np.array(7, dtype=np.int64),
 *            "half": np.array([1.5, -2], dtype=np.float16)},
 *           "reference.safetensors", metadata={"format": "np"})
 * </pre>
 */
final class SafeTensorsTest {
  @TempDir Path directory;

  private final Scope scope = Scope.open("test");

  @AfterEach
  void closeScope() {
    scope.close();
  }

  /** Written by hand from the format's description. */
  private Path handMade() {
    String header =
        """
        {"__metadata__":{"format":"pt","note":"\\u00e9"},\
        "weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},\
        "half":{"dtype":"F16","shape":[1],"data_offsets":[8,10]},\
        "mask":{"dtype":"BOOL","shape":[2],"data_offsets":[10,12]}}\
        """;
    int padding = 7 - (header.length() + 7) % 8;
    return HandMade.safeTensors(
            header + " ".repeat(padding), 0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 0, 0x3e, 1, 0)
        .writeTo(directory, "hand.safetensors");
  }

  private static Map<String, Tensor> oneOfEachType() {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (DType type : DType.values()) {
      Tensor tensor = Tensor.zeros(type, Shape.of(3));
      tensor.set(1, 1);
      tensors.put(type.label(), tensor);
    }
    tensors.put("scalar", Tensor.of(Shape.SCALAR, -2.5));
    tensors.put("empty", Tensor.zeros(DType.INT64, Shape.of(4, 0)));
    return tensors;
  }

  @Test
  void readsAFileMadeByHand() {
    try (SafeTensorsFile file = SafeTensors.open(handMade())) {
      assertThat(file.names()).containsExactly("weight", "half", "mask");
      assertThat(file.metadata()).isEqualTo(Map.of("format", "pt", "note", "é"));
      assertThat(file.dtype("half")).isEqualTo(DType.FLOAT16);
      assertThat(file.shape("weight")).isEqualTo(Shape.of(2, 1));
      assertThat(file.tensor("weight").toFloatArray()).containsExactly(1.5f, -2f);
      assertThat(file.tensor("half").get(0)).isEqualTo(1.5);
      assertThat(file.tensor("mask").get(0)).isEqualTo(1);
      assertThat(file.tensor("mask").get(1)).isEqualTo(0);
    }
  }

  @Test
  void readsAndWritesTheBytesOfTheReferenceImplementation() throws IOException {
    Path reference = NpyTest.resource("reference.safetensors");
    Map<String, Tensor> tensors = SafeTensors.readAll(reference);
    assertThat(tensors.keySet()).containsExactly("step", "w", "half", "mask");
    assertThat(tensors.get("step").item()).isEqualTo(7);
    assertThat(tensors.get("w").toFloatArray()).containsExactly(0f, 0.25f, 0.5f, 0.75f, 1f, 1.25f);
    assertThat(tensors.get("half").get(1)).isEqualTo(-2);
    assertThat(tensors.get("mask").get(2)).isEqualTo(1);
    Path copy = directory.resolve("copy.safetensors");
    SafeTensors.write(copy, tensors, Map.of("format", "np"));
    assertThat(Files.readAllBytes(copy)).isEqualTo(Files.readAllBytes(reference));
  }

  @Test
  void everyTypeReadsBackEqualInTheOrderGiven() {
    Path path = directory.resolve("all.safetensors");
    Map<String, Tensor> tensors = oneOfEachType();
    SafeTensors.write(path, tensors, Map.of("k", "v"));
    Map<String, Tensor> back = SafeTensors.readAll(path);
    assertThat(back.keySet()).containsExactlyElementsOf(tensors.keySet());
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      assertThat(file.metadata()).isEqualTo(Map.of("k", "v"));
      tensors.forEach(
          (name, tensor) -> {
            assertEqual(back.get(name), tensor);
            assertThat(file.canMap(name)).as(name).isTrue();
            assertEqual(file.mapped(name), tensor);
          });
    }
  }

  private static void assertEqual(Tensor actual, Tensor expected) {
    assertThat(actual.dtype()).isEqualTo(expected.dtype());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.segment().mismatch(expected.segment())).isEqualTo(-1);
  }

  @Test
  void writesTheDocumentedBytes() throws IOException {
    Path path = directory.resolve("one.safetensors");
    SafeTensors.write(path, Map.of("w", Tensor.of(Shape.of(2), 1f, -2f)));
    String header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    assertThat(header).hasSize(54);
    assertThat(Files.readAllBytes(path))
        .isEqualTo(HandMade.safeTensors(header + "  ", 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0).toArray());
  }

  @Test
  void dataBeginAtAMultipleOfEight() throws IOException {
    for (int length = 1; length <= 9; length++) {
      Path path = directory.resolve("aligned.safetensors");
      SafeTensors.write(path, Map.of("x".repeat(length), Tensor.of(Shape.SCALAR, 1L)));
      assertThat(Files.size(path) % 8).isZero();
    }
  }

  @Test
  void unorderedMapsAreSorted() throws IOException {
    Path first = directory.resolve("first.safetensors");
    Path second = directory.resolve("second.safetensors");
    SafeTensors.write(first, new HashMap<>(oneOfEachType()), Map.of("b", "1", "a", "2"));
    SafeTensors.write(
        second, new TreeMap<>(oneOfEachType()), new TreeMap<>(Map.of("a", "2", "b", "1")));
    assertThat(Files.readAllBytes(first)).isEqualTo(Files.readAllBytes(second));
  }

  @Test
  void mapsWithoutCopyingUntilTheFileIsClosed() {
    Tensor mapped;
    Tensor copied;
    try (SafeTensorsFile file = SafeTensors.open(handMade())) {
      mapped = file.mapped("weight");
      copied = file.tensor("weight");
      assertThat(mapped.segment().isMapped()).isTrue();
      assertThat(copied.segment().isMapped()).isFalse();
      assertThat(mapped.toFloatArray()).containsExactly(1.5f, -2f);
      assertThatThrownBy(() -> mapped.set(0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> mapped.get(0, 0)).isInstanceOf(IllegalStateException.class);
    assertThat(copied.get(0, 0)).isEqualTo(1.5);
  }

  @Test
  void misalignedDataIsCopiedAndRefusedForMapping() {
    String header =
        "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
            + "\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}";
    Path path =
        HandMade.safeTensors(header, 7, 0, 0, 0xc0, 0x3f).writeTo(directory, "odd.safetensors");
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      assertThat(file.tensor("f").get(0)).isEqualTo(1.5);
      assertThat(file.canMap("b")).isTrue();
      assertThat(file.canMap("f")).isFalse();
      assertThatThrownBy(() -> file.mapped("f"))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("tensor(name)");
    }
  }

  @Test
  void emptyFileWithoutTensors() {
    Path path = directory.resolve("none.safetensors");
    SafeTensors.write(path, Map.of());
    assertThat(SafeTensors.readAll(path)).isEmpty();
  }

  @Test
  void acceptsOffsetsInAnotherOrderThanTheHeader() {
    String header =
        "{\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    Path path = HandMade.safeTensors(header, 1, 2, 3).writeTo(directory, "order.safetensors");
    Map<String, Tensor> tensors = SafeTensors.readAll(path);
    assertThat(tensors.keySet()).containsExactly("b", "a");
    assertThat(tensors.get("b").get(1)).isEqualTo(3);
    assertThat(tensors.get("a").get(0)).isEqualTo(1);
  }

  @Test
  void writingReplacesAFileThatIsMapped() {
    Path path = directory.resolve("replaced.safetensors");
    SafeTensors.write(path, Map.of("w", Tensor.of(Shape.of(1), 1f)));
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      Tensor old = file.mapped("w");
      SafeTensors.write(path, Map.of("w", Tensor.of(Shape.of(1), 2f)));
      assertThat(old.get(0)).isEqualTo(1);
    }
    assertThat(SafeTensors.readAll(path).get("w").get(0)).isEqualTo(2);
  }

  @Test
  void unknownNameListsTheKnownOnes() {
    try (SafeTensorsFile file = SafeTensors.open(handMade())) {
      assertThatThrownBy(() -> file.tensor("bias"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'bias'")
          .hasMessageContaining("[weight, half, mask]");
    }
  }

  @Test
  void refusesToWriteTheReservedNameAndKeepsTheOldFile() throws IOException {
    Path path = Files.writeString(directory.resolve("kept"), "old", StandardCharsets.US_ASCII);
    var tensors = Map.of("__metadata__", Tensor.of(Shape.of(1), 1f));
    assertThatThrownBy(() -> SafeTensors.write(path, tensors))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reserved");
    assertThat(path).hasContent("old");
  }

  @Test
  void missingFileIsAnInputOutputError() {
    assertThatThrownBy(() -> SafeTensors.open(directory.resolve("missing.safetensors")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("missing.safetensors");
  }

  @Test
  void closingTwiceIsHarmless() {
    SafeTensorsFile file = SafeTensors.open(handMade());
    file.mapped("weight");
    file.close();
    file.close();
    assertThatThrownBy(() -> file.tensor("weight")).isInstanceOf(UncheckedIOException.class);
  }
}
