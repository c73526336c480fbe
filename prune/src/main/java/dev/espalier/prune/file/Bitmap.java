package dev.espalier.prune.file;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A mask as bytes: bit {@code i % 8} (least significant first) of byte {@code i / 8} is element i;
 * padding bits are zero.
 */
final class Bitmap {
  private Bitmap() {}

  static Tensor pack(Mask mask) {
    long[] words = mask.words();
    Tensor bytes = Tensor.zeros(DType.UINT8, Shape.of((mask.size() + 7) / 8));
    MemorySegment out = bytes.segment();
    for (int i = 0; i < out.byteSize(); i++) {
      out.set(ValueLayout.JAVA_BYTE, i, (byte) (words[i / 8] >>> (8 * (i % 8))));
    }
    return bytes;
  }

  /**
   * The mask of a shape.
   *
   * @throws IllegalArgumentException if the number of bytes or the padding is wrong
   */
  static Mask unpack(String name, Tensor bytes, Shape shape) {
    if (bytes.dtype() != DType.UINT8 || bytes.size() != (shape.size() + 7) / 8) {
      throw new IllegalArgumentException(
          "'%s': a bitmap of shape %s needs %d uint8 bytes but has %d of %s"
              .formatted(name, shape, (shape.size() + 7) / 8, bytes.size(), bytes.dtype()));
    }
    long[] words = new long[Math.toIntExact((shape.size() + 63) / 64)];
    MemorySegment in = bytes.segment();
    for (int i = 0; i < in.byteSize(); i++) {
      words[i / 8] |= (in.get(ValueLayout.JAVA_BYTE, i) & 0xffL) << (8 * (i % 8));
    }
    int used = (int) (shape.size() % 64);
    if (used != 0 && words[words.length - 1] >>> used != 0) {
      throw new IllegalArgumentException(
          "'%s': the bitmap has bits set behind its last element".formatted(name));
    }
    return Mask.ofWords(shape, words);
  }
}
