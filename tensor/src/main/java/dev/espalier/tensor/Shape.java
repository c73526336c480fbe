package dev.espalier.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The extents of a tensor, outermost first; a value.
 *
 * <p>A scalar has rank 0 and one element; an extent of 0 makes an empty tensor. The number of
 * elements is checked to fit a {@code long} on construction. PyTorch: {@code torch.Size}.
 */
public final class Shape {
  /** The shape of a scalar. */
  public static final Shape SCALAR = new Shape(new int[0]);

  private final int[] dims;
  private final long size;

  private Shape(int[] dims) {
    this.dims = dims;
    long product = 1;
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "shape: extents must be >= 0 but got " + Arrays.toString(dims));
      }
      if (dim != 0 && product > Long.MAX_VALUE / 16 / dim) {
        throw new IllegalArgumentException(
            "shape: " + Arrays.toString(dims) + " has more elements than addressable");
      }
      product *= dim;
    }
    this.size = product;
  }

  /** A shape with the given extents (copied). */
  public static Shape of(int... dims) {
    return dims.length == 0 && SCALAR != null ? SCALAR : new Shape(dims.clone());
  }

  /** Number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /** Extent of one axis; negative axes count from the end. */
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  /** A copy of the extents. */
  public int[] toArray() {
    return dims.clone();
  }

  /** Normalises an axis: negative values count from the end; out of range throws. */
  public int axis(int axis) {
    int normal = axis < 0 ? axis + dims.length : axis;
    if (normal < 0 || normal >= dims.length) {
      throw new IndexOutOfBoundsException("axis " + axis + " is out of range for shape " + this);
    }
    return normal;
  }

  /** This shape with one extent replaced. */
  public Shape with(int axis, int extent) {
    int[] copy = dims.clone();
    copy[axis(axis)] = extent;
    return new Shape(copy);
  }

  /** This shape with an axis removed. */
  public Shape without(int axis) {
    int normal = axis(axis);
    int[] copy = new int[dims.length - 1];
    System.arraycopy(dims, 0, copy, 0, normal);
    System.arraycopy(dims, normal + 1, copy, normal, copy.length - normal);
    return of(copy);
  }

  /** Row-major (C order) strides in elements. */
  public long[] rowMajorStrides() {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= Math.max(1, dims[axis]);
    }
    return strides;
  }

  /**
   * The shape both operands broadcast to: axes are aligned at the end, an extent of 1 stretches.
   *
   * @throws IllegalArgumentException naming both shapes and the axis that disagrees
   */
  public static Shape broadcast(String operation, Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    int rank = Math.max(a.rank(), b.rank());
    int[] out = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int da = i <= a.rank() ? a.dims[a.rank() - i] : 1;
      int db = i <= b.rank() ? b.dims[b.rank() - i] : 1;
      if (da != db && da != 1 && db != 1) {
        throw new IllegalArgumentException(
            "%s: shapes %s and %s do not broadcast: axis -%d has extents %d and %d (equal, or one of them 1, is needed)"
                .formatted(operation, a, b, i, da, db));
      }
      out[rank - i] = da == 1 ? db : da;
    }
    return new Shape(out);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.stream(dims)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
