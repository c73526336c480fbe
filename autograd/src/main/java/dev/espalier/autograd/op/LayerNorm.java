package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Normalization;

/**
 * {@code y = γ (x - mean) / sqrt(variance + ε) + β} over the last axis of x […, D]; inputs x, γ
 * [D], β [D].
 *
 * <p>Source: J. L. Ba, J. R. Kiros, G. E. Hinton, Layer Normalization (2016). PyTorch: {@code
 * layer_norm} over the last axis.
 */
public record LayerNorm(double eps) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    var result = Normalization.layerNorm(inputs[0], inputs[1], inputs[2], eps);
    context.save(result.mean(), result.invStd());
    return result.values();
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable x = context.input(0);
    Variable gamma = context.input(1);
    if (!Autograd.isRecording()) {
      var grads =
          Normalization.layerNormGrad(
              x.tensor(), gradient.tensor(), gamma.tensor(), context.saved(0), context.saved(1));
      return new Variable[] {
        Variable.of(grads.dx()), Variable.of(grads.dgamma()), Variable.of(grads.dbeta())
      };
    }
    Variable centred = x.sub(x.mean(true, -1));
    Variable invStd = centred.square().mean(true, -1).add(eps).pow(-0.5);
    Variable normal = centred.mul(invStd);
    Variable scaled = gradient.mul(gamma);
    Variable dx =
        invStd.mul(
            scaled.sub(scaled.mean(true, -1)).sub(normal.mul(scaled.mul(normal).mean(true, -1))));
    return new Variable[] {dx, gradient.mul(normal), gradient};
  }
}
