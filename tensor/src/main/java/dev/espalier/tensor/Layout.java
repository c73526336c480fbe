package dev.espalier.tensor;

import java.util.Arrays;
import java.util.Objects;

/**
 * Where the elements of a tensor lie in its storage, and what views make of that: no memory is
 * touched here.
 *
 * @param strides distance in elements between neighbours along each axis
 * @param offset position of the first element in the storage, in elements
 * @param contiguous whether the elements lie row-major without gaps
 */
record Layout(Shape shape, long[] strides, long offset, boolean contiguous) {
  private Layout(Shape shape, long[] strides, long offset) {
    this(shape, strides, offset, isRowMajor(shape, strides));
  }

  static Layout rowMajor(Shape shape) {
    return new Layout(shape, shape.rowMajorStrides(), 0, true);
  }

  long stride(int axis) {
    return strides[shape.axis(axis)];
  }

  /** Elements from the first to the last one, gaps included. */
  long span() {
    return span(shape, strides);
  }

  private static long span(Shape shape, long[] strides) {
    long span = 1;
    for (int axis = 0; axis < strides.length; axis++) {
      int extent = shape.dim(axis);
      if (extent == 0) {
        return 0;
      }
      span = Math.addExact(span, Math.multiplyExact(extent - 1, strides[axis]));
    }
    return span;
  }

  private static boolean isRowMajor(Shape shape, long[] strides) {
    long expected = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      int extent = shape.dim(axis);
      if (extent == 0) {
        return true;
      }
      if (extent != 1 && strides[axis] != expected) {
        return false;
      }
      expected *= extent;
    }
    return true;
  }

  /** Position of an element behind the first. */
  long position(int... index) {
    if (index.length != shape.rank()) {
      throw new IllegalArgumentException(
          "index %s has %d entries but the shape is %s"
              .formatted(Arrays.toString(index), index.length, shape));
    }
    long position = 0;
    for (int axis = 0; axis < index.length; axis++) {
      position += Objects.checkIndex(index[axis], shape.dim(axis)) * strides[axis];
    }
    return position;
  }

  /** The shape of a {@link #reshape} with at most one extent left open as -1. */
  Shape inferred(int... dims) {
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == -1 && unknown < 0) {
        unknown = i;
      } else {
        known *= dims[i];
      }
    }
    if (unknown < 0) {
      return sameSize(Shape.of(dims));
    }
    if (known <= 0 || shape.size() % known != 0) {
      throw new IllegalArgumentException(
          "reshape: %s cannot become %s: %d elements are not divisible by %d"
              .formatted(shape, Arrays.toString(dims), shape.size(), known));
    }
    int[] full = dims.clone();
    full[unknown] = Math.toIntExact(shape.size() / known);
    return sameSize(Shape.of(full));
  }

  private Shape sameSize(Shape target) {
    if (target.size() != shape.size()) {
      throw new IllegalArgumentException(
          "reshape: %s has %d elements, %s has %d"
              .formatted(shape, shape.size(), target, target.size()));
    }
    return target;
  }

  /** Contiguous elements in another shape. */
  Layout reshape(Shape target) {
    return new Layout(target, target.rowMajorStrides(), offset, true);
  }

  Layout transpose(int axis0, int axis1) {
    int[] order = new int[shape.rank()];
    Arrays.setAll(order, i -> i);
    order[shape.axis(axis0)] = shape.axis(axis1);
    order[shape.axis(axis1)] = shape.axis(axis0);
    return permute(order);
  }

  Layout permute(int... order) {
    boolean[] seen = new boolean[shape.rank()];
    boolean valid = order.length == shape.rank();
    for (int axis : order) {
      int normal = shape.axis(axis);
      valid &= !seen[normal];
      seen[normal] = true;
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "permute: order %s is not a permutation of the axes of %s"
              .formatted(Arrays.toString(order), shape));
    }
    int[] dims = new int[shape.rank()];
    long[] steps = new long[shape.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.dim(order[i]);
      steps[i] = strides[shape.axis(order[i])];
    }
    return new Layout(Shape.of(dims), steps, offset);
  }

  Layout narrow(int axis, int start, int length) {
    if (start < 0 || length < 0 || start > shape.dim(axis) - length) {
      throw new IndexOutOfBoundsException(
          "narrow: range [%d, %d) does not lie in axis %d of %s"
              .formatted(start, start + length, axis, shape));
    }
    return new Layout(shape.with(axis, length), strides, offset + start * stride(axis));
  }

  Layout select(int axis, int index) {
    int normal = shape.axis(axis);
    Layout one = narrow(normal, index, 1);
    long[] steps = new long[shape.rank() - 1];
    System.arraycopy(strides, 0, steps, 0, normal);
    System.arraycopy(strides, normal + 1, steps, normal, steps.length - normal);
    return new Layout(shape.without(normal), steps, one.offset);
  }

  Layout expand(Shape target) {
    int added = target.rank() - shape.rank();
    if (added < 0) {
      throw new IllegalArgumentException(
          "expand: %s does not expand to %s, which has fewer axes".formatted(shape, target));
    }
    long[] steps = new long[target.rank()];
    for (int i = 0; i < shape.rank(); i++) {
      int have = shape.dim(i);
      int want = target.dim(added + i);
      if (have != want && have != 1) {
        throw new IllegalArgumentException(
            "expand: %s does not expand to %s".formatted(shape, target));
      }
      steps[added + i] = have == want ? strides[i] : 0;
    }
    return new Layout(target, steps, offset);
  }

  Layout asStrided(Shape target, long... steps) {
    if (steps.length != target.rank()) {
      throw new IllegalArgumentException(
          "asStrided: shape %s needs %d strides but got %s"
              .formatted(target, target.rank(), Arrays.toString(steps)));
    }
    if (target.size() > 0
        && (Arrays.stream(steps).anyMatch(s -> s < 0)
            || span(target, steps) > span(shape, strides))) {
      throw new IllegalArgumentException(
          "asStrided: shape %s with strides %s does not lie in the %d elements that shape %s spans"
              .formatted(target, Arrays.toString(steps), span(shape, strides), shape));
    }
    return new Layout(target, steps.clone(), offset);
  }
}
