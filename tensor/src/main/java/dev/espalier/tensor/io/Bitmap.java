package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A mask as bytes: bit {@code i % 8} (least significant first) of byte {@code i / 8} is element i;
 * the bits behind the last element are zero. The granularity is not in it.
 */
public final class Bitmap {
  private Bitmap() {}

  /** The bits of a mask as uint8 [ceil(size / 8)]. */
  public static Tensor pack(Mask mask) {
    long[] words = mask.words();
    Tensor bytes = Tensor.empty(DType.UINT8, Shape.of((int) byteCount(mask.shape())));
    MemorySegment out = bytes.segment();
    for (int i = 0; i < out.byteSize(); i++) {
      out.set(ValueLayout.JAVA_BYTE, i, (byte) (words[i / 8] >>> (8 * (i % 8))));
    }
    return bytes;
  }

  /**
   * The mask of a shape, of element granularity.
   *
   * @param name what the bitmap is called in messages
   * @throws IllegalArgumentException if type, number of bytes or padding is wrong
   */
  public static Mask unpack(String name, Tensor bitmap, Shape shape) {
    if (bitmap.dtype() != DType.UINT8 || bitmap.size() != byteCount(shape)) {
      throw new IllegalArgumentException(
          "bitmap '%s': shape %s needs %d bytes of uint8, not %d of %s"
              .formatted(name, shape, byteCount(shape), bitmap.size(), bitmap.dtype()));
    }
    long[] words = new long[Math.toIntExact((shape.size() + 63) / 64)];
    try (Tensor dense = bitmap.contiguous()) {
      MemorySegment in = dense.segment();
      for (int i = 0; i < in.byteSize(); i++) {
        words[i / 8] |= (in.get(ValueLayout.JAVA_BYTE, i) & 0xffL) << (8 * (i % 8));
      }
    }
    int used = (int) (shape.size() % 64);
    if (used != 0 && words[words.length - 1] >>> used != 0) {
      throw new IllegalArgumentException(
          "bitmap '%s': bits are set behind the last element of shape %s".formatted(name, shape));
    }
    return Mask.ofWords(shape, words);
  }

  private static long byteCount(Shape shape) {
    return (shape.size() + 7) / 8;
  }
}
