package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Maxout;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Place;
import dev.espalier.prune.Score;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The linear neurons of {@link Maxout} units, each with its bias. Every unit loses its weakest one
 * before any loses another, and keeps its best: at the density n / k each has n neurons left, in
 * between some have one more.
 *
 * <p>A masked neuron takes no part in its unit. That the unit stays whatever becomes of its neurons
 * leaves what reads it as it is; the smaller layer itself is made by {@link
 * dev.espalier.prune.score.MaxoutWins#removeWeakest}. Source: F. Moya Rueda, R. Grzeszick, G. Fink,
 * Neuron Pruning for Compressing Deep Networks using Maxout Architectures (2017), who take one
 * neuron of each unit at a time.
 */
public record MaxoutStructure() implements Structure {
  private record Neurons(String name, Maxout layer) implements GroupSet {
    @Override
    public int count() {
      return layer.units() * layer.pieces();
    }

    @Override
    public int least(int least) {
      return layer.units();
    }

    @Override
    public Place place() {
      return Place.INNER;
    }

    /** The place in its unit, from the weakest on, and after the point that among all neurons. */
    @Override
    public Tensor scores(Score score, Aggregation aggregation) {
      double[] raw =
          aggregation.over(count()).add(Score.found(score, name)).result().toDoubleArray();
      Mask alive = alive();
      Comparator<Integer> weakestFirst =
          Comparator.<Integer, Boolean>comparing(alive::get)
              .thenComparing(i -> raw[i])
              .thenComparing(Comparator.reverseOrder());
      int[] sorted =
          IntStream.range(0, count())
              .boxed()
              .sorted(weakestFirst)
              .mapToInt(Integer::intValue)
              .toArray();
      double[] scores = new double[count()];
      int[] before = new int[layer.units()];
      for (int at = 0; at < sorted.length; at++) {
        int unit = sorted[at] / layer.pieces();
        scores[sorted[at]] = before[unit]++ + (double) at / count();
      }
      return Tensor.of(Shape.of(count()), scores);
    }

    @Override
    public Mask alive() {
      Mask mask = layer.linear().weight().mask();
      if (mask == null) {
        return Mask.ones(Shape.of(count()));
      }
      int[] kept = mask.perGroupCounts(new Granularity.Filter());
      return Mask.of(Shape.of(count()), neuron -> kept[neuron] > 0);
    }

    @Override
    public Map<Parameter, Mask> masks(Mask keptGroups) {
      Parameter weight = layer.linear().weight();
      int in = weight.dim(1);
      return Map.of(
          weight,
          Mask.of(weight.shape(), i -> keptGroups.get(i / in))
              .withGranularity(new Granularity.Filter()),
          layer.linear().bias(),
          Mask.of(Shape.of(count()), keptGroups::get));
    }
  }

  @Override
  public String name() {
    return "maxout-neuron";
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    List<GroupSet> sets = new ArrayList<>();
    module
        .namedModules()
        .forEach(
            (name, part) -> {
              if (part instanceof Maxout layer && layer.pieces() > 1) {
                sets.add(new Neurons((name.isEmpty() ? "" : name + ".") + "linear.weight", layer));
              }
            });
    if (sets.isEmpty()) {
      throw new IllegalArgumentException(
          "maxout-neuron pruning: the model has no Maxout layer of more than one neuron per unit");
    }
    return sets;
  }
}
