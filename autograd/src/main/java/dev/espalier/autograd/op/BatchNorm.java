package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Normalization;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code y = γ (x - mean) / sqrt(variance + ε) + β} per channel of x [N, C, …], with the batch's
 * own statistics, and {@code max(y, 0)} where a ReLU follows.
 *
 * <p>Inputs x, γ [C], β [C]. The statistics are attributes, computed by the caller (who also tracks
 * running ones), but the gradient treats them as functions of x. Source: S. Ioffe, C. Szegedy,
 * Batch Normalization (2015). PyTorch: {@code batch_norm} with {@code training=True}.
 *
 * @param relu whether to clamp, in the same pass over memory
 */
public record BatchNorm(Tensor mean, Tensor variance, double eps, boolean relu) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    if (relu) {
      context.saveOutput();
    }
    return Normalization.batchNorm(inputs[0], inputs[1], inputs[2], mean, variance, eps, relu);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable x = context.input(0);
    Variable gamma = context.input(1);
    Tensor clamped = relu ? context.output().tensor() : null;
    if (!Autograd.isRecording()) {
      Tensor invStd = Normalization.inverseDeviation(variance, eps);
      var grads =
          Normalization.batchNormGrad(
              x.tensor(), gradient.tensor(), clamped, gamma.tensor(), mean, invStd);
      return new Variable[] {
        Variable.of(grads.dx()), Variable.of(grads.dgamma()), Variable.of(grads.dbeta())
      };
    }
    return differentiable(
        x, gamma, relu ? Autograd.apply(new ReluGrad(clamped), gradient) : gradient);
  }

  private Variable[] differentiable(Variable x, Variable gamma, Variable gradient) {
    int[] overBatch = IntStream.range(0, x.shape().rank()).filter(axis -> axis != 1).toArray();
    int[] perChannel = new int[x.shape().rank()];
    Arrays.fill(perChannel, 1);
    perChannel[1] = x.dim(1);
    Variable centred = x.sub(x.mean(true, overBatch));
    Variable invStd = centred.square().mean(true, overBatch).add(eps).pow(-0.5);
    Variable normal = centred.mul(invStd);
    Variable scaled = gradient.mul(gamma.reshape(perChannel));
    Variable dx =
        invStd.mul(
            scaled
                .sub(scaled.mean(true, overBatch))
                .sub(normal.mul(scaled.mul(normal).mean(true, overBatch))));
    return new Variable[] {
      dx, gradient.mul(normal).sum(false, overBatch), gradient.sum(false, overBatch)
    };
  }
}
