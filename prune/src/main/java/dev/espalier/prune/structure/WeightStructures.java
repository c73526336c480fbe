package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What structures inside single weights have in common: some weights have no such groups. */
final class WeightStructures {
  private WeightStructures() {}

  /**
   * The group sets of the weights that have such groups.
   *
   * @param refusal why a weight of this shape has none, if it has none
   * @throws IllegalArgumentException with the reasons if none has any
   */
  static List<GroupSet> groups(
      String structure,
      Module module,
      Function<Shape, Optional<String>> refusal,
      Function<PrunableWeight, GroupSet> groups) {
    List<GroupSet> sets = new ArrayList<>();
    for (PrunableWeight weight : PrunableWeight.of(module)) {
      if (refusal.apply(weight.parameter().shape()).isEmpty()) {
        sets.add(groups.apply(weight));
      }
    }
    if (sets.isEmpty()) {
      List<String> reasons = new ArrayList<>();
      leftAlone(module, refusal).forEach((name, why) -> reasons.add(name + ": " + why));
      throw new IllegalArgumentException(
          "%s pruning: no weight of this model can be pruned so: %s"
              .formatted(structure, String.join("; ", reasons)));
    }
    return sets;
  }

  /** Why weights have no such groups, by name. */
  static Map<String, String> leftAlone(Module module, Function<Shape, Optional<String>> refusal) {
    Map<String, String> left = new LinkedHashMap<>();
    for (PrunableWeight weight : PrunableWeight.of(module)) {
      refusal
          .apply(weight.parameter().shape())
          .ifPresent(reason -> left.put(weight.name(), reason));
    }
    return left;
  }
}
