package dev.espalier.prune.compile;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.Weight;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear layer or a convolution with its weight in the chosen format, batch-norm folded in, bias
 * and ReLU fused.
 *
 * @param name the weight's dotted name
 * @param bias [O], owned, or null
 * @param spec the convolution's, or null for a linear layer
 */
record ProductStep(String name, ProductWeight weight, Tensor bias, boolean relu, ConvSpec spec)
    implements Step {
  @Override
  public Shape output(Shape... inputs) {
    Shape x = inputs[0];
    Shape w = weight.shape();
    return spec == null
        ? x.with(-1, w.dim(0))
        : Shape.of(
            x.dim(0),
            w.dim(0),
            spec.outHeight(x.dim(2), w.dim(2)),
            spec.outWidth(x.dim(3), w.dim(3)));
  }

  @Override
  public void run(Activation out, Activation... inputs) {
    Tensor x = inputs[0].tensor();
    var w = weight.at(columns(out.tensor().shape()));
    if (spec == null) {
      SparseOps.linear(x, w, bias, relu, out.tensor());
    } else {
      SparseOps.conv2d(x, w, bias, relu, spec, out.tensor());
    }
  }

  /** The same product with its weight in the formats that a choice asks for. */
  ProductStep decided(FormatChoice formats) {
    return new ProductStep(name, weight.decided(formats), bias, relu, spec);
  }

  /** Columns of the dense operand for an output of this shape. */
  long columns(Shape output) {
    return spec == null
        ? output.without(-1).size()
        : (long) output.dim(0) * output.dim(2) * output.dim(3);
  }

  /** The format of the weight for an output of this shape. */
  String format(Shape output) {
    if (!(weight.at(columns(output)) instanceof Weight.Sparse(var tensor))) {
      return Kernel.DENSE.label();
    }
    return switch (tensor.pattern()) {
      case CsrPattern _ -> Kernel.CSR.label();
      case BsrPattern _ -> Kernel.BSR.label();
      case NmPattern _ -> Kernel.NM.label();
    };
  }

  @Override
  public String describe() {
    return "%s: %s".formatted(title(), weight);
  }

  @Override
  public String title() {
    return "%s %s%s".formatted(operation(), name, relu ? " + relu" : "");
  }

  String operation() {
    return spec == null ? "linear" : "conv2d";
  }

  @Override
  public List<Tensor> constants() {
    List<Tensor> owned = new ArrayList<>(weight.constants());
    if (bias != null) {
      owned.add(bias);
    }
    return owned;
  }
}
