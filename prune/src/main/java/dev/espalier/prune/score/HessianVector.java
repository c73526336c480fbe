package dev.espalier.prune.score;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import java.util.List;

/** Products with the Hessian of a loss, by differentiating twice; exact up to rounding. */
final class HessianVector {
  private HessianVector() {}

  /**
   * {@code H v = ∂(gᵀ v)/∂w} with {@code g = ∂L/∂w}.
   *
   * <p>Source: B. Pearlmutter, Fast Exact Multiplication by the Hessian (1994).
   */
  static List<Tensor> product(Variable loss, List<Variable> weights, List<Tensor> vectors) {
    return product(Autograd.grad(loss, weights, true), weights, vectors);
  }

  /** As {@link #product(Variable, List, List)}, from recorded gradients. */
  static List<Tensor> product(
      List<Variable> gradients, List<Variable> weights, List<Tensor> vectors) {
    Variable dot = null;
    for (int i = 0; i < weights.size(); i++) {
      Variable part = gradients.get(i).mul(Variable.of(vectors.get(i))).sum();
      dot = dot == null ? part : dot.add(part);
    }
    if (dot == null || !dot.requiresGrad()) {
      return vectors.stream().map(v -> Tensor.zeros(v.dtype(), v.shape())).toList();
    }
    return Autograd.grad(dot, weights, true).stream().map(Variable::tensor).toList();
  }
}
