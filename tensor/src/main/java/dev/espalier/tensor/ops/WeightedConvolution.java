package dev.espalier.tensor.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.sparse.Weight;
import java.util.function.Function;

/** The three products of a convolution for every form of weight. */
final class WeightedConvolution {
  private final Function<Device, Crossover> tables;

  /** Chooses by one table, wherever the operands lie. */
  WeightedConvolution(Crossover table) {
    this(_ -> table);
  }

  /** Chooses by the table of the device that the operands lie on. */
  WeightedConvolution(Function<Device, Crossover> tables) {
    this.tables = tables;
  }

  Tensor forward(Tensor x, Weight w, Tensor bias, boolean relu, ConvSpec spec) {
    Check.compute("conv2d", x, WeightForm.elements(w), bias);
    Shape output = Convolution.checkedOutShape("conv2d", x.shape(), w.shape(), spec);
    return forward(x, w, bias, relu, spec, Tensor.empty(x.dtype(), output, x.device()));
  }

  Tensor forward(Tensor x, Weight w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    Check.compute("conv2d", x, WeightForm.elements(w), bias, out);
    Shape output = Convolution.checkedOutShape("conv2d", x.shape(), w.shape(), spec);
    Check.shape("conv2d", "bias", bias, Shape.of(w.shape().dim(0)));
    Check.shape("conv2d", "out", out, output);
    ChannelMajor.check("conv2d", out);
    try (var _ = Scope.open("conv2d")) {
      SparsePattern pattern = pattern(w, Direction.FORWARD, x, output);
      if (pattern == null) {
        ChannelMajor.conv2d(x, WeightForm.storage(w), bias, relu, spec, out);
      } else {
        Tensor values = WeightForm.values(w, pattern);
        ChannelMajor.conv2d(x, pattern, values, w.shape(), bias, relu, spec, out);
      }
    }
    out.touched();
    return out;
  }

  Tensor gradInput(Tensor dy, Weight w, ConvSpec spec, Shape inputShape) {
    Check.compute("conv2dGradInput", dy, WeightForm.elements(w));
    Convolution.checkGradient("conv2dGradInput", dy, inputShape, w.shape(), spec);
    try (var scope = Scope.open("conv2dGradInput")) {
      SparsePattern pattern = pattern(w, Direction.GRAD_INPUT, dy, dy.shape());
      if (pattern == null) {
        return scope.keep(Convolution.conv2dGradInput(dy, WeightForm.storage(w), spec, inputShape));
      }
      Tensor values = WeightForm.values(w, pattern);
      Tensor dx = Tensor.empty(dy.dtype(), inputShape, dy.device());
      try (var use = Use.of("conv2dGradInput", dy, values, dx)) {
        use.backend().sparseConv2dGradInput(pattern, values, w.shape(), dy, spec, dx);
      }
      return scope.keep(dx);
    }
  }

  Tensor gradWeight(Tensor x, Tensor dy, Weight w, ConvSpec spec, boolean denseGradient) {
    Check.compute("conv2dGradWeight", x, dy, WeightForm.elements(w));
    Convolution.checkGradient("conv2dGradWeight", dy, x.shape(), w.shape(), spec);
    WeightForm.refuseDenseGradient("conv2dGradWeight", w, denseGradient);
    try (var scope = Scope.open("conv2dGradWeight")) {
      SparsePattern pattern =
          denseGradient ? null : pattern(w, Direction.GRAD_WEIGHT, dy, dy.shape());
      if (pattern == null) {
        Tensor dw = Convolution.conv2dGradWeight(x, dy, spec, w.shape());
        return scope.keep(WeightForm.masked(w, dw, denseGradient));
      }
      Tensor sampled = Tensor.empty(x.dtype(), pattern.valuesShape(), x.device());
      try (var use = Use.of("conv2dGradWeight", x, dy, sampled)) {
        use.backend().sparseConv2dGradWeight(pattern, w.shape(), x, dy, spec, sampled);
      }
      return scope.keep(WeightForm.gradient(w, pattern, sampled));
    }
  }

  /** The positions to run sparse, or null for the dense kernel. */
  private SparsePattern pattern(Weight w, Direction direction, Tensor operand, Shape output) {
    Family family =
        w.shape().dim(2) == 1 && w.shape().dim(3) == 1 ? Family.POINTWISE : Family.CONVOLUTION;
    long columns = (long) output.dim(0) * output.dim(2) * output.dim(3);
    return WeightForm.pattern(w, tables.apply(operand.device()), family, direction, columns);
  }
}
