package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Mask;

/**
 * {@code y = x Wᵀ + b}: x [*, I], W [O, I], b [O] (optional third input), y [*, O].
 *
 * <p>With a mask, W's storage is zero where the mask is (a hard mask) and dW is computed at the
 * kept positions only; whether by sparse or by dense kernels is {@link SparseOps}' choice. PyTorch:
 * {@code torch.nn.functional.linear}.
 *
 * @param mask the hard mask of W, or null
 */
public record Linear(Mask mask) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return SparseOps.linear(
        inputs[0], Masks.weight(inputs[1], mask), inputs.length > 2 ? inputs[2] : null, false);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable[] result = new Variable[context.inputCount()];
    if (context.needs(0)) {
      result[0] = Autograd.apply(new LinearGradInput(mask), gradient, context.input(1));
    }
    if (context.needs(1)) {
      result[1] =
          Autograd.apply(
              new LinearGradWeight(Masks.weight(context.input(1).tensor(), mask)),
              context.input(0),
              gradient);
    }
    if (result.length > 2 && context.needs(2)) {
      result[2] = gradient; // the bias is broadcast, which the engine undoes
    }
    return result;
  }
}
