package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Connection sensitivity: {@code s_j = |w_j ∂L/∂w_j| / Σ_m |w_m ∂L/∂w_m|}, the sum over all
 * prunable weights of the model.
 *
 * <p>{@code w ∂L/∂w} is the derivative with respect to a factor in front of w, at 1. It ranks as
 * {@link GradientTimesWeight}; its place is a global ranking before training, with weights of
 * variance-scaling initialisation. A zero gradient everywhere is refused. Source: N. Lee, T.
 * Ajanthan, P. Torr, SNIP: Single-shot Network Pruning based on Connection Sensitivity (2019);
 * biases, which the published code scores, are not prunable here.
 */
public record Snip() implements Scorer {
  @Override
  public String name() {
    return "snip";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Score scores(ScoringContext context) {
    Map<String, Tensor> gradients = context.gradients(name());
    Map<String, Tensor> products = new LinkedHashMap<>();
    double total = 0;
    for (var weight : context.weights()) {
      Tensor product = Elementwise.mul(weight.parameter().tensor(), gradients.get(weight.name()));
      products.put(weight.name(), product);
      total += Reduce.sumAbs(product, false).item();
    }
    if (total == 0) {
      throw new IllegalStateException(
          "scorer 'snip': the gradient is zero at every weight, so nothing can be ranked; is the"
              + " model initialised?");
    }
    double scale = 1 / total;
    products.replaceAll((_, p) -> Elementwise.mulScalar(Elementwise.abs(p), scale));
    return new Score.Elements(name(), products);
  }
}
