package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.util.Map;

/**
 * {@code s = |w ∂L/∂w|} with the gradient of the mean loss over the data: the first-order change of
 * the loss when w is removed.
 *
 * <p>Source: the gradient baselines of D. Blalock et al., What is the State of Neural Network
 * Pruning? (2020), after M. Mozer, P. Smolensky, Skeletonization (1989).
 */
public record GradientTimesWeight() implements Scorer {
  @Override
  public String name() {
    return "gradient";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Score scores(ScoringContext context) {
    Map<String, Tensor> gradients = context.gradients(name());
    return ElementScores.of(
        name(),
        context,
        w -> Elementwise.abs(Elementwise.mul(w.parameter().tensor(), gradients.get(w.name()))));
  }
}
