package dev.espalier.prune.score;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Chains;
import dev.espalier.tensor.spi.Chain;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.List;
import java.util.Map;

/**
 * Optimal Brain Damage: {@code s_k = ½ h_kk w_k²} with the diagonal of the Hessian of the mean loss
 * from one backward recursion, see {@link Curvature}.
 *
 * <p>By default terms with second derivatives of activations are left out (Gauss-Newton), so that h
 * is never negative. It supposes a trained network and wants thousands of examples of all classes:
 * on a converged softmax network {@code p (1 - p)} is near zero and h noisy. Source: Y. LeCun, J.
 * Denker, S. Solla, Optimal Brain Damage (1990).
 *
 * @param gaussNewton whether to leave out second derivatives of activations
 */
public record OptimalBrainDamage(boolean gaussNewton) implements Scorer {
  /** {@code ½ h w²} of w and h. */
  static final Chain SALIENCY =
      Chain.of(2, x -> x.get(0).unary(UnaryOp.SQUARE).mul(x.get(1)).mulScalar(0.5));

  /** With the Gauss-Newton approximation. */
  public OptimalBrainDamage() {
    this(true);
  }

  @Override
  public String name() {
    return gaussNewton ? "obd" : "obd-full";
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
    Map<String, Tensor> diagonal = diagonal(context);
    return ElementScores.of(
        name(),
        context,
        w -> Chains.apply(SALIENCY, w.parameter().tensor(), diagonal.get(w.name())));
  }

  /** h_kk at every prunable weight, by name. */
  Map<String, Tensor> diagonal(ScoringContext context) {
    List<Variable> weights = context.variables(name());
    var mean = new WeightedMean(context.weights());
    context.forEachBatch(
        name(),
        (inputs, targets) -> {
          Variable output = context.module().forward(Variable.of(inputs));
          Map<Parameter, Tensor> found =
              Curvature.of(output, context.data().loss(), targets, gaussNewton);
          mean.add(
              weights.stream()
                  .map(w -> found.getOrDefault(w, Tensor.zeros(w.dtype(), w.shape())))
                  .toList(),
              inputs.dim(0));
        });
    return mean.byWeight();
  }
}
