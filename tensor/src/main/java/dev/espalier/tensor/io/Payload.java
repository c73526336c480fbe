package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** The part that all formats share: a tensor's elements as row-major bytes, and its extents. */
final class Payload {
  /** NumPy's own limit; every format here keeps to it in both directions. */
  static final int LARGEST_RANK = 64;

  private static final long CHUNK = 1L << 20;

  private Payload() {}

  /** A shape from extents that a file declares. */
  static Shape shape(Source source, long offset, String field, long[] extents) {
    if (extents.length > LARGEST_RANK) {
      throw source.fault(
          offset, field, "at most " + LARGEST_RANK + " dimensions", extents.length + " dimensions");
    }
    int[] dims = new int[extents.length];
    for (int i = 0; i < dims.length; i++) {
      if (extents[i] < 0 || extents[i] > Integer.MAX_VALUE) {
        throw source.fault(
            offset, field, "extents must lie in [0, 2^31)", Arrays.toString(extents));
      }
      dims[i] = (int) extents[i];
    }
    try {
      return Shape.of(dims);
    } catch (IllegalArgumentException e) { // the product is all that is left to refuse
      throw new TensorFileException(
          source.name(),
          offset,
          field,
          "the number of elements must be addressable",
          Arrays.toString(extents),
          e);
    }
  }

  /** Size in bytes; {@link Shape} has ruled out an overflow. */
  static long bytes(DType dtype, Shape shape) {
    return shape.size() * dtype.bytes();
  }

  /** Reads a new tensor's elements. */
  static Tensor read(
      Source source, long offset, DType dtype, Shape shape, ByteOrder order, String field) {
    source.require(offset, bytes(dtype, shape), field);
    Tensor tensor = Tensor.empty(dtype, shape);
    try {
      MemorySegment elements = tensor.segment();
      source.read(offset, elements, field);
      if (order != ByteOrder.nativeOrder()) {
        swapBytes(elements, dtype.bytes());
      }
      checkBooleans(source, offset, dtype, elements, field);
      return tensor;
    } catch (Throwable t) {
      tensor.close();
      throw t;
    }
  }

  /** Refuses what cannot be a mask; the elements of one are then read as {@link DType#BOOL}. */
  static void checkMask(Source source, long offset, DType dtype, Shape shape, String field) {
    if ((dtype != DType.BOOL && dtype != DType.UINT8) || shape.size() > Integer.MAX_VALUE) {
      throw source.fault(
          offset,
          field,
          "a mask must be bool or uint8 with at most 2^31 - 1 elements",
          dtype + " of shape " + shape);
    }
  }

  /** Whether elements at this file offset can be used where they lie. */
  static boolean canMap(DType dtype, ByteOrder order, long offset) {
    return offset % dtype.bytes() == 0 && (order == ByteOrder.nativeOrder() || dtype.bytes() == 1);
  }

  /** A tensor over a part of a mapped file; the caller has asked {@link #canMap}. */
  static Tensor view(
      Source source, MemorySegment file, long offset, DType dtype, Shape shape, String field) {
    MemorySegment elements = file.asSlice(offset, bytes(dtype, shape));
    checkBooleans(source, offset, dtype, elements, field);
    return Tensor.wrap(dtype, shape, elements);
  }

  /** A bool is 0 or 1 everywhere in the engine, so that masks can be counted by adding bytes. */
  private static void checkBooleans(
      Source source, long offset, DType dtype, MemorySegment elements, String field) {
    if (dtype != DType.BOOL) {
      return;
    }
    for (long i = 0; i < elements.byteSize(); i++) {
      byte value = elements.get(ValueLayout.JAVA_BYTE, i);
      if ((value & ~1) != 0) {
        throw source.fault(offset + i, field, "a bool must be the byte 0 or 1", value & 0xff);
      }
    }
  }

  private static void swapBytes(MemorySegment elements, int width) {
    long count = elements.byteSize() / width;
    for (long i = 0; i < count; i++) {
      switch (width) {
        case 2 -> {
          short value = elements.getAtIndex(ValueLayout.JAVA_SHORT, i);
          elements.setAtIndex(ValueLayout.JAVA_SHORT, i, Short.reverseBytes(value));
        }
        case 4 -> {
          int value = elements.getAtIndex(ValueLayout.JAVA_INT, i);
          elements.setAtIndex(ValueLayout.JAVA_INT, i, Integer.reverseBytes(value));
        }
        case 8 -> {
          long value = elements.getAtIndex(ValueLayout.JAVA_LONG, i);
          elements.setAtIndex(ValueLayout.JAVA_LONG, i, Long.reverseBytes(value));
        }
        default -> {
          return;
        }
      }
    }
  }

  /**
   * The map itself if it has an order of its own, otherwise sorted, so that files are repeatable.
   */
  static <V> Map<String, V> ordered(Map<String, V> map) {
    return map instanceof SequencedMap ? map : new TreeMap<>(map);
  }

  /** Refuses what {@link #shape} would not read back. */
  static void checkWritable(String name, Tensor tensor) {
    if (tensor.rank() > LARGEST_RANK) {
      throw new IllegalArgumentException(
          "write: %s has %d dimensions; at most %d can be stored"
              .formatted(name, tensor.rank(), LARGEST_RANK));
    }
  }

  /** Writes the elements in row-major order, from whatever device and strides. */
  static void write(Tensor tensor, ByteOrder order, WritableByteChannel out) throws IOException {
    try (var _ = Scope.open("write")) {
      Tensor dense = tensor.to(Device.CPU).contiguous();
      try (var _ = Use.of("write", dense);
          Arena arena = Arena.ofConfined()) {
        MemorySegment elements = dense.segment();
        if (order != ByteOrder.nativeOrder() && dense.dtype().bytes() > 1) {
          MemorySegment swapped = arena.allocate(elements.byteSize(), Long.BYTES);
          swapped.copyFrom(elements);
          swapBytes(swapped, dense.dtype().bytes());
          elements = swapped;
        }
        writeAll(elements, out);
      }
    }
  }

  private static void writeAll(MemorySegment bytes, WritableByteChannel out) throws IOException {
    for (long done = 0; done < bytes.byteSize(); done += CHUNK) {
      long left = Math.min(CHUNK, bytes.byteSize() - done);
      writeAll(bytes.asSlice(done, left).asByteBuffer(), out);
    }
  }

  /** Writes all of a buffer; a channel may take less at a time. */
  static void writeAll(ByteBuffer bytes, WritableByteChannel out) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
