package dev.espalier.prune.score;

import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;

/**
 * {@code s = |w| / σ_l} with σ_l the standard deviation of the layer's weights, about their mean.
 *
 * <p>Keeping {@code s ≥ q_l} is Han's threshold, quality times standard deviation ({@link
 * dev.espalier.prune.Pruner#pruneBelow}); one global ranking is the same with one q for all layers.
 * Weights that a mask has removed do not count in σ, so that a threshold means the same in every
 * round. A layer of equal weights (σ = 0) scores {@code |w|}. Source: S. Han, J. Pool, J. Tran, W.
 * Dally, Learning both Weights and Connections for Efficient Neural Networks (2015).
 */
public record StandardisedMagnitude() implements Scorer {
  @Override
  public String name() {
    return "std-threshold";
  }

  @Override
  public boolean needsData() {
    return false;
  }

  @Override
  public Score scores(ScoringContext context) {
    return ElementScores.of(
        name(),
        context,
        w -> Elementwise.mulScalar(Elementwise.abs(w.parameter().tensor()), 1 / deviation(w)));
  }

  private static double deviation(PrunableWeight weight) {
    Tensor values = weight.parameter().tensor().to(DType.FLOAT64);
    if (weight.parameter().mask() != null) {
      values = weight.parameter().mask().apply(values);
    }
    double n = Math.max(1, weight.parameter().kept());
    double mean = Reduce.sum(values, false).item() / n;
    double variance = Reduce.sumSquares(values, false).item() / n - mean * mean;
    return variance > 1e-14 * mean * mean ? Math.sqrt(variance) : 1;
  }
}
