package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import java.util.Optional;

/**
 * Average percentage of zeros: {@code s_k = 1 - APoZ_k}, {@code APoZ_k = (1/(N M)) Σ_n Σ_m [z_nkm =
 * 0]} over the outputs z [N, C, M] of a ReLU.
 *
 * <p>Channels without a ReLU behind them are refused, since they are never exactly zero. As a
 * one-shot ranking it is weak; the source iterates with retraining and removes what lies more than
 * a standard deviation above the layer's mean ({@link dev.espalier.prune.Pruner#pruneOutliers}).
 * Source: H. Hu, R. Peng, Y.-W. Tai, C.-K. Tang, Network Trimming (2016).
 */
public record Apoz() implements Scorer {
  @Override
  public String name() {
    return "apoz";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Optional<String> ranksOnly() {
    return Optional.of("channels that end in a ReLU");
  }

  @Override
  public Score scores(ScoringContext context) {
    var totals = new ChannelTotals();
    context.forEachTrace(
        name(),
        context.spaces(),
        (trace, _) -> {
          for (ChannelTrace.Activation activation : trace.activations()) {
            if (!activation.rectified()) {
              throw new IllegalArgumentException(
                  "scorer 'apoz': the channels of '%s' do not end in a ReLU, so their zeros say nothing; use 'activation-mean' or 'taylor'"
                      .formatted(activation.space().name()));
            }
            Tensor z = activation.part(activation.value().tensor());
            Tensor alive = Elementwise.step(z);
            totals.add(
                activation.space(), Reduce.sum(alive, false, 0, 2), (double) z.dim(0) * z.dim(2));
          }
        });
    return totals.score(name(), mean -> mean);
  }
}
