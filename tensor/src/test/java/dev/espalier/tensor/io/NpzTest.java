package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NpzTest {
  @TempDir Path directory;

  private final Scope scope = Scope.open("test");

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static Map<String, Tensor> tensors() {
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("layer/weight", Tensor.of(Shape.of(2, 2), 1f, -2, 3, -4));
    tensors.put("bias", Tensor.of(Shape.of(3), 0.5, 0, 1e300));
    tensors.put("../step", Tensor.of(Shape.SCALAR, 7L));
    tensors.put("none", Tensor.zeros(DType.BOOL, Shape.of(0)));
    return tensors;
  }

  @Test
  void readsWhatNumpyCompressed() {
    Map<String, Tensor> tensors = Npz.read(NpyTest.resource("compressed.npz"));
    assertThat(tensors.keySet()).containsExactly("a", "layer/b", "scalar");
    assertThat(tensors.get("a").toFloatArray()).containsExactly(0f, 0.25f, 0.5f, 0.75f, 1f, 1.25f);
    assertThat(tensors.get("layer/b").shape()).isEqualTo(Shape.of(1000));
    assertThat(tensors.get("scalar").item()).isEqualTo(2.5);
  }

  @Test
  void readsWhatNumpyStored() {
    Map<String, Tensor> tensors = Npz.read(NpyTest.resource("stored.npz"));
    assertThat(tensors.keySet()).containsExactly("a", "flags");
    assertThat(tensors.get("flags").dtype()).isEqualTo(DType.BOOL);
  }

  @Test
  void storedAndCompressedReadBackEqual() {
    Path file = directory.resolve("tensors.npz");
    Npz.write(file, tensors());
    assertEqualToTensors(Npz.read(file));
    Npz.writeCompressed(file, tensors());
    assertEqualToTensors(Npz.read(file));
  }

  private static void assertEqualToTensors(Map<String, Tensor> back) {
    Map<String, Tensor> expected = tensors();
    assertThat(back.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          assertThat(back.get(name).dtype()).isEqualTo(tensor.dtype());
          assertThat(back.get(name).shape()).isEqualTo(tensor.shape());
          assertThat(back.get(name).segment().mismatch(tensor.segment())).isEqualTo(-1);
        });
  }

  @Test
  void emptyArchiveReadsBackEmpty() {
    Path file = directory.resolve("empty.npz");
    Npz.write(file, Map.of());
    assertThat(Npz.read(file)).isEmpty();
  }

  @Test
  void bytesDependOnTheContentsAlone() throws IOException {
    Path first = directory.resolve("first.npz");
    Path second = directory.resolve("second.npz");
    TimeZone zone = TimeZone.getDefault();
    try {
      Npz.writeCompressed(first, new HashMap<>(tensors()));
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
      Npz.writeCompressed(second, Map.copyOf(tensors()));
    } finally {
      TimeZone.setDefault(zone);
    }
    assertThat(Files.readAllBytes(first)).isEqualTo(Files.readAllBytes(second));
  }

  @Test
  void compressionShrinksZeros() throws IOException {
    Path stored = directory.resolve("stored.npz");
    Path compressed = directory.resolve("compressed.npz");
    Map<String, Tensor> zeros = Map.of("zeros", Tensor.zeros(DType.FLOAT32, Shape.of(100_000)));
    Npz.write(stored, zeros);
    Npz.writeCompressed(compressed, zeros);
    assertThat(Files.size(stored)).isGreaterThan(400_000);
    assertThat(Files.size(compressed)).isLessThan(4_000);
    assertThat(Npz.read(compressed).get("zeros").size()).isEqualTo(100_000);
  }

  @Test
  void refusesToWriteBfloat16AndLeavesNoFile() {
    Path file = directory.resolve("bad.npz");
    var tensors = Map.of("w", Tensor.zeros(DType.BFLOAT16, Shape.of(1)));
    assertThatThrownBy(() -> Npz.write(file, tensors)).isInstanceOf(IllegalArgumentException.class);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void missingFileIsAnInputOutputError() {
    assertThatThrownBy(() -> Npz.read(directory.resolve("missing.npz")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("missing.npz");
  }
}
