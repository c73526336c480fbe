package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Normalization;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code y = γ (x - mean) / sqrt(variance + ε) + β} per channel of x [N, C, …], with fixed
 * (running) statistics.
 *
 * <p>Inputs x, γ [C], β [C]. PyTorch: {@code batch_norm} with {@code training=False}.
 */
public record BatchNormInference(Tensor mean, Tensor variance, double eps) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return Normalization.batchNorm(inputs[0], inputs[1], inputs[2], mean, variance, eps, false);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable x = context.input(0);
    int rank = x.shape().rank();
    int[] overBatch = IntStream.range(0, rank).filter(axis -> axis != 1).toArray();
    int[] perChannel = new int[rank];
    Arrays.fill(perChannel, 1);
    perChannel[1] = x.dim(1);
    Variable invStd = Variable.of(variance).add(eps).pow(-0.5).reshape(perChannel);
    Variable normal = x.sub(Variable.of(mean).reshape(perChannel)).mul(invStd);
    return new Variable[] {
      context.needs(0) ? gradient.mul(context.input(1).reshape(perChannel).mul(invStd)) : null,
      context.needs(1) ? gradient.mul(normal).sum(false, overBatch) : null,
      context.needs(2) ? gradient.sum(false, overBatch) : null
    };
  }
}
