package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Groups of one's own, from a function of the elements' indices (diagonals, random groups, the
 * bands of a block). To the compiler the masks are unstructured.
 *
 * @param name for the registry and the results
 * @param grouping which element belongs to which group
 */
public record CustomStructure(String name, Grouping grouping) implements Structure {
  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    List<GroupSet> sets = new ArrayList<>();
    for (PrunableWeight weight : PrunableWeight.of(module)) {
      grouping.groupsOf(weight).ifPresent(groupOf -> sets.add(checked(weight, groupOf)));
    }
    if (sets.isEmpty()) {
      throw new IllegalArgumentException(
          "%s pruning: no weight of this model can be pruned so: its grouping has groups for none of %s"
              .formatted(
                  name, PrunableWeight.of(module).stream().map(PrunableWeight::name).toList()));
    }
    return sets;
  }

  private WeightGroups checked(PrunableWeight weight, IntUnaryOperator groupOf) {
    int[] numbers = new int[Math.toIntExact(weight.parameter().tensor().size())];
    var used = new BitSet();
    for (int flat = 0; flat < numbers.length; flat++) {
      numbers[flat] = groupOf.applyAsInt(flat);
      if (numbers[flat] < -1 || numbers[flat] >= numbers.length) {
        throw new IllegalArgumentException(
            "%s pruning: element %d of '%s' is in group %d, but there are %d elements; number the groups from 0, and -1 for what always stays"
                .formatted(name, flat, weight.name(), numbers[flat], numbers.length));
      }
      if (numbers[flat] >= 0) {
        used.set(numbers[flat]);
      }
    }
    if (used.cardinality() < used.length()) {
      throw new IllegalArgumentException(
          "%s pruning: group %d of '%s' has no element, but group %d has"
              .formatted(name, used.nextClearBit(0), weight.name(), used.length() - 1));
    }
    return new WeightGroups(
        weight, used.length(), flat -> numbers[flat], new Granularity.Element());
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    Map<String, String> left = new LinkedHashMap<>();
    for (PrunableWeight weight : PrunableWeight.of(module)) {
      if (grouping.groupsOf(weight).isEmpty()) {
        left.put(weight.name(), "its grouping has no groups for it");
      }
    }
    return left;
  }
}
