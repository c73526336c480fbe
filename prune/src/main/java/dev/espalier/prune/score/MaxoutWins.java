package dev.espalier.prune.score;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.Max;
import dev.espalier.autograd.op.Reshape;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Maxout;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Reduce;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often a neuron is the largest of its {@link Maxout} unit: {@code s_ij = c_ij / N}, ties won
 * by the lowest index.
 *
 * <p>Only the neurons of Maxout layers get a score. By {@link
 * dev.espalier.prune.structure.MaxoutStructure} they are masked, and {@link #removeWeakest} removes
 * them for good. Source: F. Moya Rueda, R. Grzeszick, G. Fink, Neuron Pruning for Compressing Deep
 * Networks using Maxout Architectures (2017).
 */
public record MaxoutWins() implements Scorer {
  @Override
  public String name() {
    return "maxout-wins";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Optional<String> ranksOnly() {
    return Optional.of("neurons of Maxout units");
  }

  @Override
  public Score scores(ScoringContext context) {
    Map<Parameter, double[]> wins = new IdentityHashMap<>();
    long[] rows = {0};
    context.forEachBatch(
        name(),
        (inputs, _) -> {
          Variable output = context.module().forward(Variable.of(inputs));
          Traversal.oldestFirst(output).forEach(made -> count(made.node(), wins));
          rows[0] += inputs.dim(0);
        });
    Map<String, Tensor> scores = new LinkedHashMap<>();
    context
        .weights()
        .forEach(
            weight -> {
              double[] counts = wins.get(weight.parameter());
              if (counts != null) {
                for (int i = 0; i < counts.length; i++) {
                  counts[i] /= rows[0];
                }
                scores.put(weight.name(), Tensor.of(Shape.of(counts.length), counts));
              }
            });
    if (scores.isEmpty()) {
      throw new IllegalArgumentException(
          "scorer 'maxout-wins': the model has no Maxout layer of more than one neuron per unit");
    }
    return new Score.Channels(name(), scores);
  }

  private static void count(Node node, Map<Parameter, double[]> wins) {
    if (!(node.op() instanceof Max)) {
      return;
    }
    Variable joined = node.inputs().getFirst();
    Variable values = joined;
    if (joined.node() != null && joined.node().op() instanceof Add) {
      joined = joined.node().inputs().getFirst(); // masked neurons are kept from winning
    }
    if (joined.shape().rank() != 3
        || joined.node() == null
        || !(joined.node().op() instanceof Reshape)) {
      return;
    }
    Variable neurons = joined.node().inputs().getFirst();
    if (neurons.node() == null || !(neurons.node().op() instanceof Linear)) {
      return;
    }
    Parameter weight = ChannelTrace.parameterOf(neurons.node().inputs().get(1));
    int pieces = joined.dim(2);
    int units = joined.dim(1);
    double[] counts = wins.computeIfAbsent(weight, _ -> new double[units * pieces]);
    long[] winners = Reduce.argmax(values.tensor()).toLongArray();
    for (int i = 0; i < winners.length; i++) {
      counts[i % units * pieces + (int) winners[i]]++;
    }
  }

  /**
   * Removes the neuron of fewest wins from every unit of every Maxout layer that has more than one;
   * of equal ones the last.
   */
  public static void removeWeakest(Module module, Score wins) {
    module
        .namedModules()
        .forEach(
            (name, part) -> {
              if (part instanceof Maxout layer && layer.pieces() > 1) {
                String weight = (name.isEmpty() ? "" : name + ".") + "linear.weight";
                layer.removeFromEachUnit(weakest(Score.found(wins, weight).toDoubleArray(), layer));
              }
            });
  }

  private static int[] weakest(double[] wins, Maxout layer) {
    int pieces = layer.pieces();
    int[] weakest = new int[layer.units()];
    for (int i = 0; i < weakest.length; i++) {
      for (int j = 1; j < pieces; j++) {
        weakest[i] = wins[i * pieces + j] <= wins[i * pieces + weakest[i]] ? j : weakest[i];
      }
    }
    return weakest;
  }
}
