package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The resources were written by NumPy 2.4:
 *
 * <pre>
 * import numpy as np
 * from numpy.lib import format
 * a = np.arange(6, dtype="&lt;f4").reshape(2, 3) / 4
 * np.save("float32.npy", a)                                   # version 1.0
 * with open("int64-v2.npy", "wb") as f:
 *     format.write_array(f, np.array([-1, 2**40], "&lt;i8"), version=(2, 0))
 * with open("uint8-v3.npy", "wb") as f:                       # rank 0
 *     format.write_array(f, np.array(200, "u1"), version=(3, 0))
 * np.save("float64-fortran.npy", np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
 * np.save("int32-big-endian.npy", np.array([[1, -2], [3, 4]], ">i4"))
 * np.save("float16-big-endian.npy", np.array([1.5, -2, 65504], ">f2"))
 * np.save("bool.npy", np.array([True, False, True]))
 * np.save("empty.npy", np.zeros((0, 3), "i1"))
 * np.savez_compressed("compressed.npz",
 *     **{"a": a, "layer/b": np.zeros(1000, "&lt;f8"), "scalar": np.float64(2.5)})
 * np.savez("stored.npz", **{"a": a, "flags": np.array([True, False])})
 * </pre>
 */
final class NpyTest {
  @TempDir Path directory;

  private final Scope scope = Scope.open("test");

  @AfterEach
  void closeScope() {
    scope.close();
  }

  static Path resource(String name) {
    try {
      return Path.of(NpyTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void readsWhatNumpyWrote() {
    Tensor tensor = Npy.read(resource("float32.npy"));
    assertThat(tensor.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(tensor.toFloatArray()).containsExactly(0f, 0.25f, 0.5f, 0.75f, 1f, 1.25f);
  }

  @Test
  void readsVersion2() {
    Tensor tensor = Npy.read(resource("int64-v2.npy"));
    assertThat(tensor.dtype()).isEqualTo(DType.INT64);
    assertThat(tensor.toLongArray()).containsExactly(-1, 1L << 40);
  }

  @Test
  void readsVersion3AndRank0() {
    Tensor tensor = Npy.read(resource("uint8-v3.npy"));
    assertThat(tensor.dtype()).isEqualTo(DType.UINT8);
    assertThat(tensor.shape()).isEqualTo(Shape.SCALAR);
    assertThat(tensor.item()).isEqualTo(200);
  }

  @Test
  void readsFortranOrder() {
    Tensor tensor = Npy.read(resource("float64-fortran.npy"));
    assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3, 4));
    assertThat(tensor.strides()).containsExactly(1, 2, 6);
    for (int i = 0; i < 24; i++) {
      assertThat(tensor.get(i / 12, i / 4 % 3, i % 4)).isEqualTo(i);
    }
  }

  @Test
  void readsBigEndian() {
    Tensor ints = Npy.read(resource("int32-big-endian.npy"));
    assertThat(ints.dtype()).isEqualTo(DType.INT32);
    assertThat(ints.get(0, 1)).isEqualTo(-2);
    assertThat(ints.get(1, 1)).isEqualTo(4);
    Tensor halves = Npy.read(resource("float16-big-endian.npy"));
    assertThat(halves.dtype()).isEqualTo(DType.FLOAT16);
    assertThat(halves.get(0)).isEqualTo(1.5);
    assertThat(halves.get(2)).isEqualTo(65504);
  }

  @Test
  void readsBoolAndEmpty() {
    Tensor flags = Npy.read(resource("bool.npy"));
    assertThat(flags.dtype()).isEqualTo(DType.BOOL);
    assertThat(new double[] {flags.get(0), flags.get(1), flags.get(2)}).containsExactly(1, 0, 1);
    Tensor empty = Npy.read(resource("empty.npy"));
    assertThat(empty.dtype()).isEqualTo(DType.INT8);
    assertThat(empty.shape()).isEqualTo(Shape.of(0, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"float32.npy", "bool.npy", "empty.npy"})
  void writesTheBytesThatNumpyWrites(String name) throws IOException {
    Path copy = directory.resolve(name);
    Npy.write(copy, Npy.read(resource(name)));
    assertThat(Files.readAllBytes(copy)).isEqualTo(Files.readAllBytes(resource(name)));
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16")
  void everyTypeAndRankReadsBackEqual(DType dtype) {
    var random = new Random(7);
    for (Shape shape :
        new Shape[] {Shape.SCALAR, Shape.of(1), Shape.of(3, 0, 2), Shape.of(2, 1, 3, 1, 5)}) {
      Tensor tensor = Tensor.empty(dtype, shape);
      for (int i = 0; i < shape.size(); i++) {
        Elements.set(dtype, tensor.segment(), i, random.nextInt(2));
      }
      Path file = directory.resolve("round.npy");
      Npy.write(file, tensor);
      Tensor back = Npy.read(file);
      assertThat(back.dtype()).isEqualTo(dtype);
      assertThat(back.shape()).isEqualTo(shape);
      assertThat(back.segment().mismatch(tensor.segment())).isEqualTo(-1);
    }
  }

  @Test
  void stridedTensorsAreWrittenRowMajor() {
    Path file = directory.resolve("strided.npy");
    Npy.write(file, Tensor.of(Shape.of(2, 3), 1f, 2, 3, 4, 5, 6).transpose());
    Tensor back = Npy.read(file);
    assertThat(back.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(back.toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
  }

  @Test
  void mapsWithoutCopying() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Npy.map(resource("float32.npy"), arena);
      assertThat(tensor.segment().isMapped()).isTrue();
      assertThat(tensor.toFloatArray()).containsExactly(0f, 0.25f, 0.5f, 0.75f, 1f, 1.25f);
      assertThatThrownBy(() -> tensor.set(1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
      Tensor fortran = Npy.map(resource("float64-fortran.npy"), arena);
      assertThat(fortran.get(1, 2, 3)).isEqualTo(23);
      assertThat(Npy.map(resource("empty.npy"), arena).size()).isZero();
    }
  }

  @Test
  void mappedTensorDiesWithItsArena() {
    Tensor tensor;
    try (Arena arena = Arena.ofConfined()) {
      tensor = Npy.map(resource("float32.npy"), arena);
    }
    assertThatThrownBy(() -> tensor.get(0, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesToMapForeignByteOrderAndMisalignedElements() {
    Path misaligned =
        HandMade.npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 0, 0, 0, 0)
            .writeTo(directory, "misaligned.npy");
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> Npy.map(resource("int32-big-endian.npy"), arena))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("Npy.read");
      assertThatThrownBy(() -> Npy.map(misaligned, arena))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("at byte 66");
    }
    assertThat(Npy.read(misaligned).get(0)).isZero();
  }

  @Test
  void acceptsThePythonThatOlderWritersLeft() {
    Path file =
        HandMade.npy("{ \"shape\" : ( 1L , 2L ),'fortran_order':True,\t'descr':'|u1',}", 7, 9)
            .writeTo(directory, "python2.npy");
    Tensor tensor = Npy.read(file);
    assertThat(tensor.shape()).isEqualTo(Shape.of(1, 2));
    assertThat(tensor.get(0, 1)).isEqualTo(9);
  }

  @Test
  void refusesToWriteBfloat16() {
    Path file = directory.resolve("bfloat16.npy");
    Tensor tensor = Tensor.zeros(DType.BFLOAT16, Shape.of(2));
    assertThatThrownBy(() -> Npy.write(file, tensor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bfloat16");
    assertThat(file).doesNotExist();
  }

  @Test
  void refusesToWriteAClosedTensor() {
    Path file = directory.resolve("closed.npy");
    Tensor tensor = Tensor.zeros(DType.FLOAT32, Shape.of(2));
    tensor.close();
    assertThatThrownBy(() -> Npy.write(file, tensor)).isInstanceOf(IllegalStateException.class);
    assertThat(file).doesNotExist();
  }

  @Test
  void missingFileIsAnInputOutputError() {
    assertThatThrownBy(() -> Npy.read(directory.resolve("missing.npy")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("missing.npy");
  }
}
