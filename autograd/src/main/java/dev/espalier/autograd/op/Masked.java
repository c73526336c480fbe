package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;

/**
 * {@code y = x} where the mask keeps, else 0: the forward view of a softly masked weight.
 *
 * <p>The gradient is masked alike, unless {@code denseGradient} asks for the gradient at every
 * position (straight-through, for methods that let weights come back). PyTorch: {@code
 * torch.nn.utils.prune} multiplies by {@code weight_mask}.
 */
public record Masked(Mask mask, boolean denseGradient) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return mask.apply(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      denseGradient ? gradient : Autograd.apply(new Masked(mask, false), gradient)
    };
  }
}
