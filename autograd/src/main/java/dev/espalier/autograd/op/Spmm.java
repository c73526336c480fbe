package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * {@code Y = A X} with A sparse: inputs the values in the shape of the pattern and X [K, N];
 * gradients {@link Sddmm} at the pattern and {@code Aᵀ dY}. PyTorch: {@code torch.sparse.mm}.
 */
public record Spmm(SparsePattern pattern) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return SparseOps.spmm(pattern, inputs[0], inputs[1]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      context.needs(0) ? Autograd.apply(new Sddmm(pattern), gradient, context.input(1)) : null,
      context.needs(1)
          ? Autograd.apply(new SpmmTransposed(pattern), context.input(0), gradient)
          : null
    };
  }
}
