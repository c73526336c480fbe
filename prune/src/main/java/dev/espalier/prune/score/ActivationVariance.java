package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Reduce;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code s_k = E[z_k²] - E[z_k]²}: the variance of channel k over examples and pixels, z [N, C, M].
 * A channel that always says the same can be put into the next layer's bias.
 *
 * <p>Both means are taken in float64; negative differences by rounding become 0. Its root is the
 * standard deviation compared by P. Molchanov et al., Pruning Convolutional Neural Networks for
 * Resource Efficient Inference (2016), and ranks alike within a layer.
 */
public record ActivationVariance() implements Scorer {
  @Override
  public String name() {
    return "activation-variance";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Optional<String> ranksOnly() {
    return Optional.of("whole channels");
  }

  @Override
  public Score scores(ScoringContext context) {
    List<ChannelSpace> spaces = context.spaces();
    var first = new ChannelTotals();
    var second = new ChannelTotals();
    context.forEachTrace(
        name(),
        spaces,
        (trace, _) -> {
          for (ChannelTrace.Activation activation : trace.activations()) {
            Tensor z = activation.part(activation.value().tensor()).to(DType.FLOAT64);
            double count = (double) z.dim(0) * z.dim(2);
            first.add(activation.space(), Reduce.sum(z, false, 0, 2), count);
            second.add(activation.space(), Reduce.sumSquares(z, false, 0, 2), count);
          }
        });
    Map<ChannelSpace, double[]> variances = new IdentityHashMap<>();
    for (ChannelSpace space : spaces) {
      double[] mean = first.mean(space);
      if (mean != null) {
        double[] variance = second.mean(space);
        for (int k = 0; k < mean.length; k++) {
          variance[k] = Math.max(0, variance[k] - mean[k] * mean[k]);
        }
        variances.put(space, variance);
      }
    }
    return ChannelTotals.score(name(), variances);
  }
}
