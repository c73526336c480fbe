package dev.espalier.tensor.cpu;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Filling, copying and choosing elements of every type. */
final class ScalarMove {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());

  private ScalarMove() {}

  static void fill(Tensor out, double value) {
    DType dtype = out.dtype();
    MemorySegment to = out.segment();
    if (out.isContiguous() && Double.doubleToRawLongBits(value) == 0) {
      to.fill((byte) 0);
      return;
    }
    StridedLoop loop = StridedLoop.over(out.shape().toArray(), out.strides());
    long stride = loop.innerStride(0);
    loop.forEachRow(
        Integer.MAX_VALUE,
        (starts, n) -> {
          for (int i = 0; i < n; i++) {
            Elements.set(dtype, to, starts[0] + i * stride, value);
          }
        });
  }

  static void copy(Tensor source, Tensor target) {
    StridedLoop loop =
        StridedLoop.over(source.shape().toArray(), source.strides(), target.strides());
    MemorySegment from = source.segment();
    MemorySegment to = target.segment();
    long fromStride = loop.innerStride(0);
    long toStride = loop.innerStride(1);
    DType fromType = source.dtype();
    DType toType = target.dtype();
    loop.forEachRow(
        Integer.MAX_VALUE,
        (starts, n) -> {
          if (fromType == toType) {
            copyRow(fromType.bytes(), from, starts[0], fromStride, to, starts[1], toStride, n);
          } else {
            for (int i = 0; i < n; i++) {
              double value = Elements.get(fromType, from, starts[0] + i * fromStride);
              Elements.set(toType, to, starts[1] + i * toStride, value);
            }
          }
        });
  }

  static void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    StridedLoop loop =
        StridedLoop.over(
            out.shape().toArray(), condition.strides(), a.strides(), b.strides(), out.strides());
    MemorySegment test = condition.segment();
    MemorySegment yes = a.segment();
    MemorySegment no = b.segment();
    MemorySegment to = out.segment();
    int bytes = out.dtype().bytes();
    loop.forEachRow(
        Integer.MAX_VALUE,
        (starts, n) -> {
          for (int i = 0; i < n; i++) {
            long at = starts[3] + i * loop.innerStride(3);
            if (Elements.get(condition.dtype(), test, starts[0] + i * loop.innerStride(0)) != 0) {
              copyRow(bytes, yes, starts[1] + i * loop.innerStride(1), 1, to, at, 1, 1);
            } else {
              copyRow(bytes, no, starts[2] + i * loop.innerStride(2), 1, to, at, 1, 1);
            }
          }
        });
  }

  /** Moves n elements of a width in bytes unchanged; starts and strides count elements. */
  static void copyRow(
      int bytes,
      MemorySegment from,
      long start,
      long stride,
      MemorySegment to,
      long toStart,
      long toStride,
      int n) {
    if (n > 1 && stride == 1 && toStride == 1) {
      MemorySegment.copy(from, start * bytes, to, toStart * bytes, (long) n * bytes);
      return;
    }
    switch (bytes) {
      case 1 -> {
        for (int i = 0; i < n; i++) {
          to.set(
              ValueLayout.JAVA_BYTE,
              toStart + i * toStride,
              from.get(ValueLayout.JAVA_BYTE, start + i * stride));
        }
      }
      case 2 -> {
        for (int i = 0; i < n; i++) {
          to.setAtIndex(SHORT, toStart + i * toStride, from.getAtIndex(SHORT, start + i * stride));
        }
      }
      case 4 -> {
        for (int i = 0; i < n; i++) {
          to.setAtIndex(
              Elements.INT,
              toStart + i * toStride,
              from.getAtIndex(Elements.INT, start + i * stride));
        }
      }
      case 8 -> {
        for (int i = 0; i < n; i++) {
          to.setAtIndex(
              Elements.LONG,
              toStart + i * toStride,
              from.getAtIndex(Elements.LONG, start + i * stride));
        }
      }
      default -> throw new AssertionError("no element type has " + bytes + " bytes");
    }
  }
}
