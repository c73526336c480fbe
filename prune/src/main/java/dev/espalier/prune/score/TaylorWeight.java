package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Chains;
import dev.espalier.tensor.spi.Chain;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code s = E_b[(w ∂L_b/∂w)²]}: the squared first-order change of the loss of batch b when w is
 * removed, averaged over the batches by their sizes.
 *
 * <p>Summed over a filter it is the sum of squares over the filter's weights. Source: P. Molchanov
 * et al., Importance Estimation for Neural Network Pruning (2019), equation 9 with the sum of
 * squares, not the square of the sum.
 */
public record TaylorWeight() implements Scorer {
  private static final Chain SQUARED_CHANGE =
      Chain.of(2, x -> x.get(0).mul(x.get(1)).unary(UnaryOp.SQUARE));

  @Override
  public String name() {
    return "taylor-weight";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Score scores(ScoringContext context) {
    var mean = new WeightedMean(context.weights());
    context.forEachGradient(
        name(),
        (gradients, rows) -> {
          List<Tensor> squares = new ArrayList<>();
          for (int i = 0; i < gradients.size(); i++) {
            Tensor weight = context.weights().get(i).parameter().tensor();
            squares.add(Chains.apply(SQUARED_CHANGE, weight, gradients.get(i)));
          }
          mean.add(squares, rows);
        });
    return new Score.Elements(name(), mean.byWeight());
  }
}
