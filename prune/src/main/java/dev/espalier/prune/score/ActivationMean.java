package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Reduce;
import java.util.Optional;

/**
 * {@code s_k = (1/(N M)) Σ_n Σ_m |z_nkm|}: the mean absolute activation of channel k, z [N, C, M].
 *
 * <p>Behind a ReLU it is the mean activation, one of the criteria compared by P. Molchanov et al.,
 * Pruning Convolutional Neural Networks for Resource Efficient Inference (2016).
 */
public record ActivationMean() implements Scorer {
  @Override
  public String name() {
    return "activation-mean";
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
    var totals = new ChannelTotals();
    context.forEachTrace(
        name(),
        context.spaces(),
        (trace, _) -> {
          for (ChannelTrace.Activation activation : trace.activations()) {
            Tensor z = activation.part(activation.value().tensor());
            totals.add(
                activation.space(), Reduce.sumAbs(z, false, 0, 2), (double) z.dim(0) * z.dim(2));
          }
        });
    return totals.score(name(), mean -> mean);
  }
}
