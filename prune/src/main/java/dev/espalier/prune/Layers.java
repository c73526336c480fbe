package dev.espalier.prune;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.Names;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the layers of a model cost, and by which names they go. */
final class Layers {
  private static final String WEIGHT = ".weight";

  private final Module module;
  private final Tensor example;
  private final Map<String, PrunableWeight> weights = new LinkedHashMap<>();
  private Costs costs;

  /** Multiply-accumulates for one example, by weight and of the whole model. */
  private record Costs(Map<Parameter, Long> macs, long total) {}

  Layers(Module module, List<PrunableWeight> prunable, Tensor example) {
    this.module = module;
    this.example = example;
    prunable.forEach(weight -> weights.put(weight.name(), weight));
  }

  /** Recorded when first asked for, since most methods do not ask. */
  private Costs costs() {
    if (costs == null) {
      ModelSummary summary = ModelSummary.of(module, one(example.shape()));
      Map<String, Long> byLayer = new HashMap<>();
      summary.rows().forEach(row -> byLayer.merge(row.name(), row.macs(), Long::sum));
      Map<Parameter, Long> macs = new HashMap<>();
      weights.forEach(
          (name, weight) -> macs.put(weight.parameter(), byLayer.getOrDefault(layer(name), 0L)));
      costs = new Costs(macs, summary.macs());
    }
    return costs;
  }

  private static Shape one(Shape batch) {
    int[] dims = batch.toArray();
    return Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
  }

  /** {@code conv1} of {@code conv1.weight}. */
  private static String layer(String weight) {
    return weight.endsWith(WEIGHT)
        ? weight.substring(0, weight.length() - WEIGHT.length())
        : weight.equals("weight") ? "" : weight;
  }

  /** What a budget may know of a set. */
  Budget.Layer describe(GroupSet set) {
    String[] names = set.name().split("\\+", -1);
    List<PrunableWeight> made =
        Arrays.stream(names).filter(weights::containsKey).map(weights::get).toList();
    List<PrunableWeight> all = made.size() == names.length ? made : List.of();
    return new Budget.Layer(
        set.name(),
        set.count(),
        all,
        () -> all.stream().mapToLong(weight -> costs().macs.get(weight.parameter())).sum());
  }

  /** Multiply-accumulates of the model for one example. */
  long macs() {
    return costs().total;
  }

  /** Multiply-accumulates that are left under masks; those of what has no mask count in full. */
  double macs(Map<Parameter, Mask> masks) {
    double left = costs().total;
    for (PrunableWeight weight : weights.values()) {
      Mask mask = masks.getOrDefault(weight.parameter(), weight.parameter().mask());
      left -= mask == null ? 0 : costs().macs.get(weight.parameter()) * mask.sparsity();
    }
    return left;
  }

  /**
   * Which sets the names of layers or weights mean.
   *
   * @throws IllegalArgumentException with the nearest known name if one means none
   */
  boolean[] named(List<GroupSet> sets, Set<String> names) {
    Set<String> known = new TreeSet<>();
    weights.keySet().forEach(weight -> known.add(layer(weight)));
    boolean[] found = new boolean[sets.size()];
    for (int i = 0; i < found.length; i++) {
      for (String weight : sets.get(i).name().split("\\+", -1)) {
        known.add(layer(weight));
        found[i] |= names.contains(weight) || names.contains(layer(weight));
      }
      found[i] |= names.contains(sets.get(i).name());
    }
    for (String name : names) {
      boolean any =
          known.contains(layer(name)) || sets.stream().anyMatch(set -> set.name().equals(name));
      if (!any) {
        throw Names.unknown("layer", name, known);
      }
    }
    return found;
  }
}
