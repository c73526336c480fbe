package dev.espalier.prune.score;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.util.List;
import java.util.Map;

/**
 * Gradient signal preservation: {@code s = w ∘ (H g)}, g the gradient and H the Hessian of the loss
 * of {@code output / T}.
 *
 * <p>To first order {@code -s} is half the change of {@code |g|²} when w is removed, so weights of
 * the smallest, also negative, s go first: their removal raises the gradient flow most. The paper
 * writes {@code S(-w) = -w ∘ H g} and removes the largest. g and H are those of the mean loss over
 * the data, for which two passes are made. Its place is before training. Source: C. Wang, G. Zhang,
 * R. Grosse, Picking Winning Tickets Before Training by Preserving Gradient Flow (2020).
 *
 * @param temperature T; the published code divides the logits by 200
 */
public record Grasp(double temperature) implements Scorer {
  /** With the temperature of the published code. */
  public Grasp() {
    this(200);
  }

  /**
   * Checks the temperature.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Grasp {
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "scorer 'grasp': the temperature must be positive but is " + temperature);
    }
  }

  @Override
  public String name() {
    return "grasp";
  }

  @Override
  public int derivatives() {
    return 2;
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Score scores(ScoringContext context) {
    List<Variable> weights = context.variables(name());
    var gradient = new WeightedMean(context.weights());
    context.forEachBatch(
        name(),
        (inputs, targets) ->
            gradient.add(
                Autograd.grad(loss(context, inputs, targets), weights, false).stream()
                    .map(Variable::tensor)
                    .toList(),
                inputs.dim(0)));
    List<Tensor> g = gradient.list();
    var product = new WeightedMean(context.weights());
    context.forEachBatch(
        name(),
        (inputs, targets) ->
            product.add(
                HessianVector.product(loss(context, inputs, targets), weights, g), inputs.dim(0)));
    Map<String, Tensor> hg = product.byWeight();
    return ElementScores.of(
        name(), context, w -> Elementwise.mul(w.parameter().tensor(), hg.get(w.name())));
  }

  private Variable loss(ScoringContext context, Tensor inputs, Tensor targets) {
    Variable output = context.module().forward(Variable.of(inputs));
    return context.data().loss().of(output.mul(1 / temperature), targets);
  }
}
