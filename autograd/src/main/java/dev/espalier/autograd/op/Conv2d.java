package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Mask;

/**
 * Cross-correlation of x [N, C, H, W] with W [O, C/groups, kh, kw], plus b [O] (optional third
 * input).
 *
 * <p>With a mask, W's storage is zero where the mask is (a hard mask) and dW is computed at the
 * kept positions only. PyTorch: {@code torch.nn.functional.conv2d}.
 *
 * @param mask the hard mask of W, or null
 */
public record Conv2d(ConvSpec spec, Mask mask) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return SparseOps.conv2d(
        inputs[0],
        Masks.weight(inputs[1], mask),
        inputs.length > 2 ? inputs[2] : null,
        false,
        spec);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable[] result = new Variable[context.inputCount()];
    if (context.needs(0)) {
      result[0] =
          Autograd.apply(
              new Conv2dGradInput(spec, mask, context.inputShape(0)), gradient, context.input(1));
    }
    if (context.needs(1)) {
      result[1] =
          Autograd.apply(
              new Conv2dGradWeight(spec, Masks.weight(context.input(1).tensor(), mask)),
              context.input(0),
              gradient);
    }
    if (result.length > 2 && context.needs(2)) {
      result[2] = gradient.sum(false, 0, 2, 3);
    }
    return result;
  }
}
