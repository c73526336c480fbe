package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * {@code X = Aᵀ Y} with A sparse through the cached transpose: inputs the values in the shape of
 * the pattern and Y [M, N].
 */
public record SpmmTransposed(SparsePattern pattern) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return SparseOps.spmmTransposed(pattern, inputs[0], inputs[1]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      context.needs(0) ? Autograd.apply(new Sddmm(pattern), context.input(1), gradient) : null,
      context.needs(1) ? Autograd.apply(new Spmm(pattern), context.input(0), gradient) : null
    };
  }
}
