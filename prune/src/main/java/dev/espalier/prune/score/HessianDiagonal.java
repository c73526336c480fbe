package dev.espalier.prune.score;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Chains;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.RandomFill;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code s_k = ½ H_kk w_k²} with the diagonal of the exact Hessian of the mean loss, from products
 * of the Hessian with vectors: no Gauss-Newton, no dropped off-diagonal terms, any differentiable
 * network.
 *
 * <p>With p probes, {@code H_kk ≈ (1/p) Σ_v v_k (H v)_k} for random signs v, which is unbiased with
 * variance {@code 2/p Σ_{j≠k} H_kj²}. With none, unit vectors give H_kk itself at the cost of one
 * backward pass per weight, for small networks. s may be negative where the loss is not at a
 * minimum. Source: Y. LeCun et al., Optimal Brain Damage (1990); the estimator is C. Bekas, E.
 * Kokiopoulou, Y. Saad, An Estimator for the Diagonal of a Matrix (2007).
 *
 * @param probes random vectors per batch, or 0 for the exact diagonal
 */
public record HessianDiagonal(int probes) implements Scorer {
  private static final int MAX_EXACT = 20_000;

  /** With enough probes for a ranking. */
  public HessianDiagonal() {
    this(16);
  }

  /**
   * Checks the number of probes.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public HessianDiagonal {
    if (probes < 0) {
      throw new IllegalArgumentException(
          "scorer 'hessian': the number of probes must not be negative but is " + probes);
    }
  }

  @Override
  public String name() {
    return probes == 0 ? "hessian-exact" : "hessian";
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
    long size = weights.stream().mapToLong(w -> w.tensor().size()).sum();
    if (probes == 0 && size > MAX_EXACT) {
      throw new IllegalArgumentException(
          "scorer 'hessian-exact': the model has %d prunable weights, but one backward pass for each is made for at most %d; use random probes"
              .formatted(size, MAX_EXACT));
    }
    var mean = new WeightedMean(context.weights());
    context.forEachBatch(
        name(),
        (inputs, targets) -> {
          Variable output = context.module().forward(Variable.of(inputs));
          Variable loss = context.data().loss().of(output, targets);
          List<Variable> gradients = Autograd.grad(loss, weights, true);
          mean.add(
              probes == 0
                  ? exact(gradients, weights)
                  : estimated(gradients, weights, context.generator()),
              inputs.dim(0));
        });
    Map<String, Tensor> diagonal = mean.byWeight();
    return ElementScores.of(
        name(),
        context,
        w ->
            Chains.apply(
                OptimalBrainDamage.SALIENCY, w.parameter().tensor(), diagonal.get(w.name())));
  }

  private List<Tensor> estimated(
      List<Variable> gradients, List<Variable> weights, Generator generator) {
    List<Tensor> sums = zeros(weights);
    for (int p = 0; p < probes; p++) {
      List<Tensor> signs = new ArrayList<>();
      for (Variable weight : weights) {
        Tensor uniform = RandomFill.uniform(generator, weight.dtype(), weight.shape(), -1, 1);
        signs.add(Elementwise.addScalar(Elementwise.mulScalar(Elementwise.step(uniform), 2), -1));
      }
      List<Tensor> products = HessianVector.product(gradients, weights, signs);
      for (int i = 0; i < sums.size(); i++) {
        Tensor term = Elementwise.mul(signs.get(i), products.get(i));
        Elementwise.axpby(1.0 / probes, term, 1, sums.get(i));
      }
    }
    return sums;
  }

  private static List<Tensor> exact(List<Variable> gradients, List<Variable> weights) {
    List<Tensor> diagonal = zeros(weights);
    List<Tensor> unit = zeros(weights);
    for (int i = 0; i < weights.size(); i++) {
      Tensor flat = unit.get(i).reshape(-1);
      Tensor out = diagonal.get(i).reshape(-1);
      for (int k = 0; k < flat.size(); k++) {
        Tensor vector = flat.copy();
        vector.set(1, k);
        List<Tensor> vectors = new ArrayList<>(unit);
        vectors.set(i, vector.reshape(weights.get(i).shape()));
        Tensor product = HessianVector.product(gradients, weights, vectors).get(i);
        out.set(product.contiguous().reshape(-1).get(k), k);
      }
    }
    return diagonal;
  }

  private static List<Tensor> zeros(List<Variable> weights) {
    return weights.stream().map(w -> Tensor.zeros(w.dtype(), w.shape())).toList();
  }
}
