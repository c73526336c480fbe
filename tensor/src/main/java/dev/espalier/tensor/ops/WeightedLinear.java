package dev.espalier.tensor.ops;

import dev.espalier.tensor.Device;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.sparse.Weight;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;
import java.util.function.Function;

/**
 * The three products of a linear layer for every form of weight.
 *
 * <p>Sparse kernels multiply from the left, so activations enter and leave them as transposed
 * views: {@code yᵀ = w xᵀ}.
 */
final class WeightedLinear {
  private final Function<Device, Crossover> tables;

  /** Chooses by one table, wherever the operands lie. */
  WeightedLinear(Crossover table) {
    this(_ -> table);
  }

  /** Chooses by the table of the device that the operands lie on. */
  WeightedLinear(Function<Device, Crossover> tables) {
    this.tables = tables;
  }

  Tensor forward(Tensor x, Weight w, Tensor bias, boolean relu) {
    check("linear", "the input", x, w, 1);
    Check.compute("linear", x, WeightForm.elements(w), bias);
    Tensor out = Tensor.empty(x.dtype(), x.shape().with(-1, w.shape().dim(0)), x.device());
    return forward(x, w, bias, relu, out);
  }

  Tensor forward(Tensor x, Weight w, Tensor bias, boolean relu, Tensor out) {
    check("linear", "the input", x, w, 1);
    Check.compute("linear", x, WeightForm.elements(w), bias, out);
    Check.shape("linear", "bias", bias, Shape.of(w.shape().dim(0)));
    Check.shape("linear", "out", out, x.shape().with(-1, w.shape().dim(0)));
    try (var _ = Scope.open("linear")) {
      SparsePattern pattern = pattern(w, Direction.FORWARD, x);
      return pattern == null
          ? MatMul.linear(x, WeightForm.storage(w), bias, relu, out)
          : timesTransposed(x, pattern, WeightForm.values(w, pattern), bias, relu, out);
    }
  }

  Tensor gradInput(Tensor dy, Weight w) {
    check("linearGradInput", "the output gradient", dy, w, 0);
    Check.compute("linearGradInput", dy, WeightForm.elements(w));
    try (var scope = Scope.open("linearGradInput")) {
      SparsePattern pattern = pattern(w, Direction.GRAD_INPUT, dy);
      if (pattern == null) {
        Tensor dx = MatMul.matmul(matrix(dy), WeightForm.storage(w));
        return scope.keep(dx.reshape(dy.shape().with(-1, w.shape().dim(1))));
      }
      Tensor values = WeightForm.transposedValues(w, pattern);
      Tensor dx = Tensor.empty(dy.dtype(), dy.shape().with(-1, pattern.columns()), dy.device());
      return scope.keep(timesTransposed(dy, pattern.transpose(), values, null, false, dx));
    }
  }

  Tensor gradWeight(Tensor x, Tensor dy, Weight w, boolean denseGradient) {
    check("linearGradWeight", "the input", x, w, 1);
    check("linearGradWeight", "the output gradient", dy, w, 0);
    Check.compute("linearGradWeight", x, dy, WeightForm.elements(w));
    Check.shape(
        "linearGradWeight", "the output gradient", dy, x.shape().with(-1, w.shape().dim(0)));
    WeightForm.refuseDenseGradient("linearGradWeight", w, denseGradient);
    try (var scope = Scope.open("linearGradWeight")) {
      Tensor rowsOfDy = matrix(dy).transpose();
      SparsePattern pattern = denseGradient ? null : pattern(w, Direction.GRAD_WEIGHT, x);
      if (pattern == null) {
        Tensor dw = MatMul.matmul(rowsOfDy, matrix(x));
        return scope.keep(WeightForm.masked(w, dw, denseGradient));
      }
      Tensor sampled = SparseOps.sddmm(pattern, rowsOfDy, matrix(x).transpose());
      return scope.keep(WeightForm.gradient(w, pattern, sampled));
    }
  }

  /** {@code x Aᵀ + bias}, then ReLU if asked. */
  private static Tensor timesTransposed(
      Tensor x, SparsePattern pattern, Tensor values, Tensor bias, boolean relu, Tensor out) {
    var epilogue = new Epilogue(bias, null, relu);
    Tensor y = out.rank() == 2 || out.isContiguous() ? matrix(out) : null;
    if (y == null || !y.isContiguous() && !y.transpose().isContiguous()) {
      throw Check.refuse(
          "linear",
          "out must be contiguous or the transpose of a contiguous matrix, but shape %s has strides %s"
              .formatted(out.shape(), Arrays.toString(out.strides())));
    }
    SparseOps.spmm(pattern, values, matrix(x).transpose(), epilogue, y.transpose());
    out.touched();
    return out;
  }

  private SparsePattern pattern(Weight w, Direction direction, Tensor x) {
    return WeightForm.pattern(w, tables.apply(x.device()), Family.LINEAR, direction, rows(x));
  }

  private static int rows(Tensor x) {
    return Math.toIntExact(x.shape().without(-1).size());
  }

  /** All leading axes as one. */
  private static Tensor matrix(Tensor x) {
    return x.rank() == 2 ? x : x.reshape(rows(x), x.dim(-1));
  }

  private static void check(String operation, String role, Tensor x, Weight w, int axis) {
    if (w.shape().rank() != 2 || x.rank() == 0 || x.dim(-1) != w.shape().dim(axis)) {
      throw Check.refuse(
          operation,
          "the weight must be [out features, in features] and the last axis of %s its %s-features (%s, weight %s)"
              .formatted(role, axis == 0 ? "out" : "in", x.shape(), w.shape()));
    }
  }
}
