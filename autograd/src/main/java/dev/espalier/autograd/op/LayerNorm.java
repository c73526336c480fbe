package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Indexing;
import dev.espalier.tensor.ops.Normalization;

/**
 * {@code y = γ (x - mean) / sqrt(variance + ε) + β} over the last axis of x […, D]; inputs x, γ
 * [D], β [D].
 *
 * <p>Source: J. L. Ba, J. R. Kiros, G. E. Hinton, Layer Normalization (2016). PyTorch: {@code
 * layer_norm} over the last axis.
 *
 * @param zeros how many more elements, all zero, each row counts as having: those that surgery has
 *     removed, which still belong into mean and variance
 */
public record LayerNorm(double eps, int zeros) implements Op {
  public LayerNorm(double eps) {
    this(eps, 0);
  }

  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    var result =
        Normalization.layerNorm(padded(inputs[0]), padded(inputs[1]), padded(inputs[2]), eps);
    context.save(result.mean(), result.invStd());
    return narrowed(result.values());
  }

  private Tensor padded(Tensor x) {
    if (zeros == 0) {
      return x;
    }
    int[] after = new int[x.rank()];
    after[x.rank() - 1] = zeros;
    return Indexing.pad(x, new int[x.rank()], after, 0);
  }

  private Tensor narrowed(Tensor x) {
    return zeros == 0 ? x : x.narrow(x.rank() - 1, 0, x.dim(-1) - zeros).contiguous();
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable x = context.input(0);
    Variable gamma = context.input(1);
    if (!Autograd.isRecording()) {
      var grads =
          Normalization.layerNormGrad(
              padded(x.tensor()),
              padded(gradient.tensor()),
              padded(gamma.tensor()),
              context.saved(0),
              context.saved(1));
      return new Variable[] {
        Variable.of(narrowed(grads.dx())),
        Variable.of(narrowed(grads.dgamma())),
        Variable.of(narrowed(grads.dbeta()))
      };
    }
    Variable mean = mean(x);
    Variable centred = x.sub(mean);
    double share = (double) zeros / (x.dim(-1) + zeros);
    Variable variance = mean(centred.square()).add(mean.square().mul(share));
    Variable invStd = variance.add(eps).pow(-0.5);
    Variable normal = centred.mul(invStd);
    Variable scaled = gradient.mul(gamma);
    Variable dx = invStd.mul(scaled.sub(mean(scaled)).sub(normal.mul(mean(scaled.mul(normal)))));
    return new Variable[] {dx, gradient.mul(normal), gradient};
  }

  /** Over the last axis and the zeros behind it. */
  private Variable mean(Variable x) {
    return x.sum(true, -1).mul(1.0 / (x.dim(-1) + zeros));
  }
}
