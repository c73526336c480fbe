package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;

/** Moves the values of sparse tensors between index orders, on their own device. */
public final class Entries {
  private Entries() {}

  /** Refuses values and pattern that do not fit the shape. */
  static void check(String format, Shape shape, SparsePattern pattern, Tensor values) {
    Tiling view = Tiling.elements(shape);
    if (view.rows() != pattern.rows() || view.columns() != pattern.columns()) {
      throw new IllegalArgumentException(
          "%s: the pattern is %d×%d but shape %s is the matrix %d×%d"
              .formatted(
                  format, pattern.rows(), pattern.columns(), shape, view.rows(), view.columns()));
    }
    if (!values.dtype().isCompute()) {
      throw new IllegalArgumentException(
          "%s: values must be float32 or float64 but are %s; convert them with to(FLOAT32)"
              .formatted(format, values.dtype()));
    }
    if (!values.shape().equals(pattern.valuesShape()) || !values.isContiguous()) {
      throw new IllegalArgumentException(
          "%s: the pattern needs contiguous values of shape %s but they are %s%s"
              .formatted(
                  format,
                  pattern.valuesShape(),
                  values.shape(),
                  values.isContiguous() ? "" : ", strided; make them contiguous()"));
    }
  }

  /** {@code out[p] = source[positions[p]]}; positions are row-major indices of source. */
  public static Tensor gather(Tensor source, int[] positions, Shape shape) {
    Tensor out = Tensor.empty(source.dtype(), shape, source.device());
    try (Tensor dense = source.contiguous();
        Tensor flat = out.reshape(positions.length);
        var use = Use.of("gather", dense, flat)) {
      use.backend().gatherElements(dense, positions, flat);
    }
    return out;
  }

  /** The values in the order of {@link SparsePattern#elements}, a handle of the caller's own. */
  static Tensor inElementOrder(Tensor values, SparsePattern pattern) {
    Shape shape = pattern.elements().valuesShape();
    int[] order = pattern.elementOrder();
    return order == null ? values.reshape(shape) : gather(values, order, shape);
  }

  /**
   * {@code out[positions[p]] = values[p]}, zero elsewhere; positions are row-major indices of out.
   */
  public static Tensor scatter(Tensor values, int[] positions, Shape shape) {
    Tensor out = Tensor.empty(values.dtype(), shape, values.device());
    try (Tensor flat = values.reshape(positions.length);
        var use = Use.of("scatter", flat, out)) {
      use.backend().scatterElements(flat, positions, out);
    }
    return out;
  }
}
