package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Reads and writes single arrays in NumPy's NPY format.
 *
 * <p>Read: versions 1.0, 2.0 and 3.0, both byte orders, C and Fortran order, dtypes {@code f2 f4 f8
 * u1 i1 i4 i8 b1}; any other dtype is refused by name. Written: version 1.0, little-endian, C
 * order. NumPy: {@code numpy.load} with {@code allow_pickle=False}, {@code numpy.save}. Source: the
 * module documentation of {@code numpy.lib.format}.
 */
public final class Npy {
  private Npy() {}

  /**
   * Reads a file into a new tensor; an array in Fortran order becomes a transposed view, so that no
   * element moves.
   *
   * @throws TensorFileException if the file is not a valid NPY file, or has bytes after the array
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Tensor read(Path file) {
    try (FileSource source = FileSource.open(file)) {
      return read(source);
    }
  }

  /**
   * Reads a mask: an array of bool or uint8 zeros and ones. NPY has no room for a granularity; give
   * it back with {@link Mask#withGranularity}. To write one, write {@code
   * mask.toTensor(DType.BOOL)}.
   *
   * @throws TensorFileException if the file is not such an array
   */
  public static Mask readMask(Path file) {
    try (FileSource source = FileSource.open(file)) {
      NpyHeader header = checkedHeader(source);
      Payload.checkMask(source, header.dataOffset(), header.dtype(), header.shape(), "elements");
      try (Tensor bits = read(source, header, DType.BOOL)) {
        return Mask.nonZeros(bits);
      }
    }
  }

  /**
   * A read-only tensor over the file's own bytes, mapped for as long as {@code arena} lives;
   * nothing is copied.
   *
   * <p>Use of the tensor after the arena is closed throws {@link IllegalStateException}; writing to
   * it throws too.
   *
   * @throws TensorFileException if the file is not a valid NPY file, or has bytes after the array
   * @throws UnsupportedOperationException if the elements cannot be used where they lie (other byte
   *     order, not aligned to their size); {@link #read} copies them
   */
  public static Tensor map(Path file, Arena arena) {
    try (FileSource source = FileSource.open(file)) {
      NpyHeader header = checkedHeader(source);
      long offset = header.dataOffset();
      if (!Payload.canMap(header.dtype(), header.order(), offset)) {
        throw new UnsupportedOperationException(
            "npy: %s holds %s %s elements at byte %d, which cannot be used in place; use Npy.read"
                .formatted(file, header.order(), header.dtype(), offset));
      }
      return arranged(
          header,
          shape ->
              Payload.view(source, source.map(arena), offset, header.dtype(), shape, "elements"));
    }
  }

  /**
   * Writes a tensor, atomically (see {@link AtomicFile}).
   *
   * @throws IllegalArgumentException if the dtype is bfloat16 or the rank exceeds 64, which NPY
   *     does not have
   * @throws java.io.UncheckedIOException if writing fails
   */
  public static void write(Path file, Tensor tensor) {
    AtomicFile.writeChannel(file, channel -> write(channel, tensor));
  }

  static Tensor read(Source source) {
    NpyHeader header = checkedHeader(source);
    return read(source, header, header.dtype());
  }

  private static Tensor read(Source source, NpyHeader header, DType dtype) {
    return arranged(
        header,
        shape ->
            Payload.read(source, header.dataOffset(), dtype, shape, header.order(), "elements"));
  }

  private static NpyHeader checkedHeader(Source source) {
    NpyHeader header = NpyHeader.read(source);
    long bytes = Payload.bytes(header.dtype(), header.shape());
    source.require(header.dataOffset(), bytes, "elements");
    long end = header.dataOffset() + bytes;
    if (source.length() != end) {
      throw source.fault(
          end,
          "end of file",
          "%s of shape %s ends here".formatted(header.dtype(), header.shape()),
          source.length() - end + " more bytes");
    }
    return header;
  }

  /** Fortran order is C order of the axes reversed. */
  private static Tensor arranged(NpyHeader header, Function<Shape, Tensor> elements) {
    if (!header.fortranOrder()) {
      return elements.apply(header.shape());
    }
    int rank = header.shape().rank();
    int[] reversed = new int[rank];
    int[] order = new int[rank];
    Arrays.setAll(reversed, i -> header.shape().dim(rank - 1 - i));
    Arrays.setAll(order, i -> rank - 1 - i);
    try (Tensor rowMajor = elements.apply(Shape.of(reversed))) {
      return rowMajor.permute(order);
    }
  }

  static void write(WritableByteChannel out, Tensor tensor) throws IOException {
    Payload.checkWritable("the tensor", tensor);
    Payload.writeAll(ByteBuffer.wrap(NpyHeader.bytes(tensor.dtype(), tensor.shape())), out);
    Payload.write(tensor, ByteOrder.LITTLE_ENDIAN, out);
  }
}
