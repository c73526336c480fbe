package dev.espalier.prune.score;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.ModelSummary;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * First-order Taylor expansion on activations: {@code Θ_k = E_n |(1/M) Σ_m z_nkm ∂C_n/∂z_nkm|} for
 * map k of M pixels after its non-linearity, then {@code s_k = Θ_k / (Σ_j Θ_j²)^(1/2) - λ f_k}
 * inside each layer.
 *
 * <p>z [N, C, M]. The absolute value stands after the mean over pixels and before the mean over
 * examples; Θ estimates {@code |ΔC|} for z → 0. f_k are the millions of FLOPs (two per
 * multiply-accumulate) that go with the channel, in the layers that make it and those that read it.
 * Where channels are tied the places of the residual stream are averaged. Layers whose gradient
 * vanishes score zero.
 *
 * <p>Source: P. Molchanov, S. Tyree, T. Karras, T. Aila, J. Kautz, Pruning Convolutional Neural
 * Networks for Resource Efficient Inference (2016).
 *
 * @param flopsPenalty λ; the paper uses 1e-3, and 0 ranks by the loss alone
 */
public record TaylorActivation(double flopsPenalty) implements Scorer {
  /** Ranks by the loss alone. */
  public TaylorActivation() {
    this(0);
  }

  /**
   * Checks the penalty.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public TaylorActivation {
    if (!(flopsPenalty >= 0)) {
      throw new IllegalArgumentException(
          "scorer 'taylor': the penalty on FLOPs must not be negative but is " + flopsPenalty);
    }
  }

  @Override
  public String name() {
    return flopsPenalty == 0 ? "taylor" : "taylor-flops";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Optional<String> ranksOnly() {
    return Optional.of("whole channels");
  }

  @Override
  public Score scores(ScoringContext context) {
    List<ChannelSpace> spaces = context.spaces();
    var totals = new ChannelTotals();
    context.forEachTrace(
        name(),
        spaces,
        (trace, targets) -> {
          Variable loss = context.data().loss().of(trace.output(), targets);
          List<Variable> at =
              trace.activations().stream().map(ChannelTrace.Activation::value).toList();
          List<Variable> gradients = Autograd.grad(loss, at, false);
          for (int i = 0; i < at.size(); i++) {
            ChannelTrace.Activation activation = trace.activations().get(i);
            Tensor z = activation.part(at.get(i).tensor());
            Tensor g = activation.part(gradients.get(i).tensor());
            int rows = z.dim(0); // each gradient is 1/rows of that of C_n: the loss is a mean
            Tensor change = Reduce.mean(Elementwise.mul(z, g), false, 2);
            Tensor sums = Elementwise.mulScalar(Reduce.sumAbs(change, false, 0), rows);
            totals.add(activation.space(), sums, rows);
          }
        });
    Map<ChannelSpace, double[]> scores = new IdentityHashMap<>();
    Map<String, Double> flops = flopsPenalty == 0 ? Map.of() : megaFlops(context);
    for (ChannelSpace space : spaces) {
      double[] mean = totals.mean(space);
      if (mean != null) {
        double norm = Math.sqrt(Arrays.stream(mean).map(v -> v * v).sum());
        double penalty = flopsPenalty == 0 ? 0 : flopsPenalty * perChannel(space, flops);
        scores.put(
            space, Arrays.stream(mean).map(v -> (norm == 0 ? 0 : v / norm) - penalty).toArray());
      }
    }
    return ChannelTotals.score(name(), scores);
  }

  /** Millions of FLOPs of each layer, by name of its weight. */
  private static Map<String, Double> megaFlops(ScoringContext context) {
    int[] dims = context.example().shape().toArray();
    Map<String, Double> flops = new HashMap<>();
    ModelSummary.of(context.module(), Shape.of(Arrays.copyOfRange(dims, 1, dims.length)))
        .rows()
        .forEach(
            row ->
                flops.merge(
                    row.name().isEmpty() ? "weight" : row.name() + ".weight",
                    2e-6 * row.macs(),
                    Double::sum));
    return flops;
  }

  private static double perChannel(ChannelSpace space, Map<String, Double> flops) {
    double sum = 0;
    for (ChannelMember member : space.members()) {
      double share = (double) member.positions(0).length / member.parameter().dim(member.axis());
      sum +=
          member.parameter().shape().rank() > 1
              ? share * flops.getOrDefault(member.name(), 0.0)
              : 0;
    }
    return sum;
  }
}
