package dev.espalier.tensor.ops;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.spi.ReduceOp;
import java.util.Arrays;

/**
 * Reductions over axes (all of them if none is named; negative ones count from the end). Reduced
 * axes disappear, or stay with extent 1 if {@code keepDims}. Sums are taken pairwise, in an order
 * that depends on shapes alone.
 *
 * <p>PyTorch: {@code torch.sum}, {@code mean}, {@code amax}, {@code amin}, {@code argmax}.
 */
public final class Reduce {
  private Reduce() {}

  /** {@code Σ x}. */
  public static Tensor sum(Tensor x, boolean keepDims, int... axes) {
    return reduce("sum", ReduceOp.SUM, x, keepDims, axes);
  }

  /** {@code Σ x / n}; NaN for an empty reduction. */
  public static Tensor mean(Tensor x, boolean keepDims, int... axes) {
    boolean[] reduced = reduced("mean", x, axes);
    long count = 1;
    for (int axis = 0; axis < reduced.length; axis++) {
      count *= reduced[axis] ? x.dim(axis) : 1;
    }
    Tensor sum = reduce("mean", ReduceOp.SUM, x, keepDims, axes);
    return Elementwise.scaleInPlace(sum, 1.0 / count);
  }

  /** The largest element; NaN if there is one. Refuses an empty reduction. */
  public static Tensor max(Tensor x, boolean keepDims, int... axes) {
    return reduce("max", ReduceOp.MAX, x, keepDims, axes);
  }

  /** The smallest element; NaN if there is one. Refuses an empty reduction. */
  public static Tensor min(Tensor x, boolean keepDims, int... axes) {
    return reduce("min", ReduceOp.MIN, x, keepDims, axes);
  }

  /** {@code Σ |x|}. */
  public static Tensor sumAbs(Tensor x, boolean keepDims, int... axes) {
    return reduce("sumAbs", ReduceOp.SUM_ABS, x, keepDims, axes);
  }

  /** {@code Σ x²}. */
  public static Tensor sumSquares(Tensor x, boolean keepDims, int... axes) {
    return reduce("sumSquares", ReduceOp.SUM_SQUARES, x, keepDims, axes);
  }

  /** The Euclidean norm {@code (Σ x²)^(1/2)} of all elements, a scalar tensor. */
  public static Tensor norm(Tensor x) {
    try (Tensor squares = reduce("norm", ReduceOp.SUM_SQUARES, x, false)) {
      return Elementwise.sqrt(squares);
    }
  }

  /** Index (int64) of the first largest element along the last axis; NaN counts as largest. */
  public static Tensor argmax(Tensor x) {
    Check.compute("argmax", x);
    if (x.rank() == 0 || x.dim(-1) == 0) {
      throw Check.refuse(
          "argmax", "the last axis must not be empty but the shape is %s".formatted(x.shape()));
    }
    Tensor out = Tensor.empty(DType.INT64, x.shape().without(-1), x.device());
    try (var use = Use.of("argmax", x, out)) {
      use.backend().argmax(x, out);
    }
    return out;
  }

  /**
   * Sums a gradient back to the shape that was broadcast to x's; an alias if the shapes are equal.
   * PyTorch: {@code sum_to_size}.
   */
  public static Tensor sumTo(Tensor x, Shape target) {
    if (x.shape().equals(target)) {
      return x.alias();
    }
    int added = x.rank() - target.rank();
    boolean[] axes = new boolean[x.rank()];
    for (int axis = 0; axis < axes.length; axis++) {
      axes[axis] = axis < added || target.dim(axis - added) != x.dim(axis);
      if (added < 0 || (axis >= added && axes[axis] && target.dim(axis - added) != 1)) {
        throw Check.refuse(
            "sumTo",
            "%s does not broadcast to %s, so it cannot be summed back"
                .formatted(target, x.shape()));
      }
    }
    Check.compute("sumTo", x);
    return run("sumTo", ReduceOp.SUM, x, axes, target);
  }

  private static Tensor reduce(String name, ReduceOp op, Tensor x, boolean keepDims, int... axes) {
    Check.compute(name, x);
    boolean[] reduced = reduced(name, x, axes);
    int[] dims = new int[x.rank()];
    int rank = 0;
    for (int axis = 0; axis < reduced.length; axis++) {
      if (!reduced[axis]) {
        dims[rank++] = x.dim(axis);
      } else if (keepDims) {
        dims[rank++] = 1;
      }
      if (reduced[axis] && x.dim(axis) == 0 && (op == ReduceOp.MAX || op == ReduceOp.MIN)) {
        throw Check.refuse(
            name, "axis %d of %s is empty and has no such element".formatted(axis, x.shape()));
      }
    }
    return run(name, op, x, reduced, Shape.of(Arrays.copyOf(dims, rank)));
  }

  private static boolean[] reduced(String name, Tensor x, int... axes) {
    boolean[] reduced = new boolean[x.rank()];
    Arrays.fill(reduced, axes.length == 0);
    for (int axis : axes) {
      int normal = x.shape().axis(axis);
      if (reduced[normal]) {
        throw Check.refuse(
            name, "axis %d is named twice in %s".formatted(axis, Arrays.toString(axes)));
      }
      reduced[normal] = true;
    }
    return reduced;
  }

  private static Tensor run(String name, ReduceOp op, Tensor x, boolean[] reduced, Shape target) {
    Shape kept = x.shape();
    for (int axis = 0; axis < reduced.length; axis++) {
      kept = reduced[axis] ? kept.with(axis, 1) : kept;
    }
    Tensor out = Tensor.empty(x.dtype(), kept, x.device());
    try (var use = Use.of(name, x, out)) {
      use.backend().reduce(op, x, reduced, out);
    }
    if (kept.equals(target)) {
      return out;
    }
    try (out) {
      return out.reshape(target);
    }
  }
}
