package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Chains;
import dev.espalier.tensor.spi.Chain;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.Map;

/**
 * {@code s = |w ∂L/∂w|} with the gradient of the mean loss over the data: the first-order change of
 * the loss when w is removed.
 *
 * <p>Source: the gradient baselines of D. Blalock et al., What is the State of Neural Network
 * Pruning? (2020), after M. Mozer, P. Smolensky, Skeletonization (1989).
 */
public record GradientTimesWeight() implements Scorer {
  private static final Chain SIZE_OF_CHANGE =
      Chain.of(2, x -> x.get(0).mul(x.get(1)).unary(UnaryOp.ABS));

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
        w -> Chains.apply(SIZE_OF_CHANGE, w.parameter().tensor(), gradients.get(w.name())));
  }
}
