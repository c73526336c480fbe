package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * {@code v[p] = Σ_n a[row(p), n] b[col(p), n]} at the positions of a pattern: the sampled
 * dense-dense product; bilinear.
 */
public record Sddmm(SparsePattern pattern) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return SparseOps.sddmm(pattern, inputs[0], inputs[1]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      context.needs(0) ? Autograd.apply(new Spmm(pattern), gradient, context.input(1)) : null,
      context.needs(1)
          ? Autograd.apply(new SpmmTransposed(pattern), gradient, context.input(0))
          : null
    };
  }
}
