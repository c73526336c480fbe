package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.ops.Elementwise;

/**
 * {@code s = |w|}; summed over a group it is the group's L1 norm.
 *
 * <p>Source: S. Han, J. Pool, J. Tran, W. Dally, Learning both Weights and Connections for
 * Efficient Neural Networks (2015); over filters, H. Li et al., Pruning Filters for Efficient
 * ConvNets (2016). PyTorch: {@code l1_unstructured}, {@code ln_structured} with n = 1.
 */
public record Magnitude() implements Scorer {
  @Override
  public String name() {
    return "magnitude";
  }

  @Override
  public boolean needsData() {
    return false;
  }

  @Override
  public Score scores(ScoringContext context) {
    return ElementScores.of(name(), context, w -> Elementwise.abs(w.parameter().tensor()));
  }
}
