package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;

/**
 * The elements of a float32 or float64 tensor as doubles, counted from the tensor's first element;
 * the reference kernels move stretches of them to and from {@code double[]}, so that one kernel
 * text serves both types at full precision.
 */
abstract sealed class Cells {
  /**
   * How many elements kernels move at a time: long enough to amortise the call, short enough for
   * the first-level cache.
   */
  static final int BLOCK = 512;

  /** The elements of a tensor of a compute type. */
  static Cells of(Tensor tensor) {
    return switch (tensor.dtype()) {
      case FLOAT32 -> new Float32(tensor.segment());
      case FLOAT64 -> new Float64(tensor.segment());
      default ->
          throw new IllegalArgumentException(
              "arithmetic needs float32 or float64 but got a %s tensor of shape %s; convert it with to(DType.FLOAT32)"
                  .formatted(tensor.dtype(), tensor.shape()));
    };
  }

  /** Every element of a tensor of any strides, row-major. */
  static double[] toArray(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.size())];
    Cells cells = of(tensor);
    int[] filled = new int[1];
    StridedLoop loop = StridedLoop.over(tensor.shape().toArray(), tensor.strides());
    loop.forEachRow(
        Integer.MAX_VALUE,
        (starts, n) -> {
          cells.read(starts[0], loop.innerStride(0), n, values, filled[0]);
          filled[0] += n;
        });
    return values;
  }

  abstract double get(long index);

  abstract void set(long index, double value);

  /** {@code to[at + i] = cells[start + i stride]} for i below n. */
  abstract void read(long start, long stride, int n, double[] to, int at);

  /** {@code cells[start + i stride] = from[at + i]} for i below n. */
  abstract void write(long start, long stride, int n, double[] from, int at);

  /** {@code sum[i] += factor cells[start + i]} for i below n. */
  abstract void addScaledTo(double factor, long start, int n, double[] sum);

  /** {@code Σ cells[start + i] with[i]} for i below n. */
  abstract double dot(long start, int n, double[] with);

  final void read(long start, int n, double[] to) {
    read(start, 1, n, to, 0);
  }

  final void write(long start, int n, double[] from) {
    write(start, 1, n, from, 0);
  }

  /** Writes a whole array from the first element on. */
  final void writeAll(double[] from) {
    write(0, 1, from.length, from, 0);
  }

  private static final class Float32 extends Cells {
    private final MemorySegment segment;

    Float32(MemorySegment segment) {
      this.segment = segment;
    }

    @Override
    double get(long index) {
      return segment.getAtIndex(Elements.FLOAT, index);
    }

    @Override
    void set(long index, double value) {
      segment.setAtIndex(Elements.FLOAT, index, (float) value);
    }

    @Override
    void read(long start, long stride, int n, double[] to, int at) {
      if (stride == 1) {
        for (int i = 0; i < n; i++) {
          to[at + i] = segment.getAtIndex(Elements.FLOAT, start + i);
        }
      } else {
        for (int i = 0; i < n; i++) {
          to[at + i] = segment.getAtIndex(Elements.FLOAT, start + i * stride);
        }
      }
    }

    @Override
    void write(long start, long stride, int n, double[] from, int at) {
      for (int i = 0; i < n; i++) {
        segment.setAtIndex(Elements.FLOAT, start + i * stride, (float) from[at + i]);
      }
    }

    @Override
    void addScaledTo(double factor, long start, int n, double[] sum) {
      for (int i = 0; i < n; i++) {
        sum[i] += factor * segment.getAtIndex(Elements.FLOAT, start + i);
      }
    }

    @Override
    double dot(long start, int n, double[] with) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += with[i] * segment.getAtIndex(Elements.FLOAT, start + i);
      }
      return sum;
    }
  }

  private static final class Float64 extends Cells {
    private final MemorySegment segment;

    Float64(MemorySegment segment) {
      this.segment = segment;
    }

    @Override
    double get(long index) {
      return segment.getAtIndex(Elements.DOUBLE, index);
    }

    @Override
    void set(long index, double value) {
      segment.setAtIndex(Elements.DOUBLE, index, value);
    }

    @Override
    void read(long start, long stride, int n, double[] to, int at) {
      if (stride == 1) {
        MemorySegment.copy(segment, Elements.DOUBLE, start * Double.BYTES, to, at, n);
      } else {
        for (int i = 0; i < n; i++) {
          to[at + i] = segment.getAtIndex(Elements.DOUBLE, start + i * stride);
        }
      }
    }

    @Override
    void write(long start, long stride, int n, double[] from, int at) {
      for (int i = 0; i < n; i++) {
        segment.setAtIndex(Elements.DOUBLE, start + i * stride, from[at + i]);
      }
    }

    @Override
    void addScaledTo(double factor, long start, int n, double[] sum) {
      for (int i = 0; i < n; i++) {
        sum[i] += factor * segment.getAtIndex(Elements.DOUBLE, start + i);
      }
    }

    @Override
    double dot(long start, int n, double[] with) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += with[i] * segment.getAtIndex(Elements.DOUBLE, start + i);
      }
      return sum;
    }
  }
}
