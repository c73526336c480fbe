package dev.espalier.prune.score;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Correlation of a neuron with what a weight connects it to: {@code s_ik = |r_ik|}, {@code r_ik =
 * E[(a_i - μ_a)(b_k - μ_b)] / (σ_a σ_b)} over the examples, a_i behind the neuron's non-linearity
 * and b_k the input; in a convolution the mean of {@code |r|} over positions.
 *
 * <p>r is 0 where a deviation is. Statistics are one-pass sums in float64. Of a convolution's
 * positions at most {@code positions}, evenly spaced, are looked at, where the source takes all:
 * each needs a matrix of its own, [O, C kh kw].
 *
 * <p>The stochastic form ranks as the source draws: see {@link StochasticRanks}. Source: Y. Sun, X.
 * Wang, X. Tang, Sparsifying Neural Network Connections for Face Recognition (2016).
 *
 * @param lambda share of the kept connections that come from the stronger half, or 1 for a plain
 *     ranking by {@code |r|}
 * @param positions positions of a convolution at most
 */
public record Correlation(double lambda, int positions) implements Scorer {
  private static final int POSITIONS = 16;

  /** A plain ranking by {@code |r|}. */
  public static Correlation ranked() {
    return new Correlation(1, POSITIONS);
  }

  /** The source's draw with λ = 0.75. */
  public static Correlation stochastic() {
    return new Correlation(0.75, POSITIONS);
  }

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if λ is not in (0, 1] or the positions are not positive
   */
  public Correlation {
    if (!(lambda > 0 && lambda <= 1) || positions < 1) {
      throw new IllegalArgumentException(
          "scorer 'correlation': lambda must lie in (0, 1] and positions be positive but they are %s and %d"
              .formatted(lambda, positions));
    }
  }

  @Override
  public String name() {
    return lambda == 1 ? "correlation" : "correlation-draw";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Score scores(ScoringContext context) {
    Map<Parameter, CorrelationSums> sums = new IdentityHashMap<>();
    for (PrunableWeight weight : context.weights()) {
      sums.put(weight.parameter(), new CorrelationSums(weight.parameter().shape(), positions));
    }
    context.forEachBatch(
        name(),
        (inputs, _) -> {
          Variable output = context.module().forward(Variable.leaf(inputs.alias()));
          add(output, sums);
        });
    Map<String, Tensor> scores = new LinkedHashMap<>();
    for (PrunableWeight weight : context.weights()) {
      double[] r = sums.get(weight.parameter()).correlations(weight.name());
      Shape shape = weight.parameter().shape();
      if (lambda < 1) {
        var ranks = new StochasticRanks(lambda, context.generator());
        r = ranks.of(r, shape.dim(0), weight.parameter().mask());
      } else {
        for (int i = 0; i < r.length; i++) {
          r[i] = Math.abs(r[i]);
        }
      }
      scores.put(weight.name(), Tensor.of(shape, r));
    }
    return new Score.Elements(name(), scores);
  }

  private static void add(Variable output, Map<Parameter, CorrelationSums> sums) {
    var trace = new ChannelTrace(List.of(), output);
    Map<Parameter, List<Variable>> uses = new IdentityHashMap<>();
    for (Variable result : Traversal.oldestFirst(output)) {
      Node node = result.node();
      if (node.op() instanceof Linear || node.op() instanceof Conv2d) {
        Parameter weight = ChannelTrace.parameterOf(node.inputs().get(1));
        uses.computeIfAbsent(weight, _ -> new ArrayList<>()).add(result);
      }
    }
    sums.forEach(
        (weight, sum) -> {
          List<Variable> results = uses.getOrDefault(weight, List.of());
          if (results.size() > 1) {
            throw new UnsupportedOperationException(
                "scorer 'correlation': a weight of shape %s is used %d times, which has no one correlation"
                    .formatted(weight.shape(), results.size()));
          }
          results.forEach(result -> sum.add(result.node(), trace.behindPointwise(result).tensor()));
        });
  }
}
