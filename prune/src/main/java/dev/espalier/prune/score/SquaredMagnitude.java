package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.ops.Elementwise;

/**
 * {@code s = w²}; summed over a group it is the square of the group's L2 norm, which ranks groups
 * of a layer as the norm does. Single weights rank as by {@link Magnitude}.
 *
 * <p>Squares below 1e-38 underflow to zero in float32, so weights under 1e-19 tie. Source: the L2
 * variant in H. Li et al., Pruning Filters for Efficient ConvNets (2016). PyTorch: {@code
 * ln_structured} with n = 2.
 */
public record SquaredMagnitude() implements Scorer {
  @Override
  public String name() {
    return "magnitude-l2";
  }

  @Override
  public boolean needsData() {
    return false;
  }

  @Override
  public Score scores(ScoringContext context) {
    return ElementScores.of(name(), context, w -> Elementwise.square(w.parameter().tensor()));
  }
}
