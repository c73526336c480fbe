package dev.espalier.prune.structure;

import dev.espalier.nn.Parameter;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Place;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Score;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.Tiling;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Groups inside one weight.
 *
 * @param count number of groups
 * @param groupOf from an element's row-major index to its group, or to -1 where it always stays
 * @param granularity what a mask that is constant in each group conforms to
 */
record WeightGroups(
    PrunableWeight weight, int count, IntUnaryOperator groupOf, Granularity granularity)
    implements GroupSet {
  /** The tiles of a granularity. */
  static WeightGroups tiles(PrunableWeight weight, Granularity granularity) {
    Tiling tiling = granularity.over(weight.parameter().shape());
    return new WeightGroups(
        weight, Math.toIntExact(tiling.count()), flat -> (int) tiling.tileOf(flat), granularity);
  }

  @Override
  public String name() {
    return weight.name();
  }

  @Override
  public Place place() {
    return weight.place();
  }

  @Override
  public Tensor scores(Score score, Aggregation aggregation) {
    Tensor elements = score.elements(name(), granularity.name());
    return aggregation.over(count).add(elements, groupOf).result();
  }

  @Override
  public Mask alive() {
    Mask mask = weight.parameter().mask();
    if (mask == null) {
      return Mask.ones(Shape.of(count));
    }
    boolean[] alive = new boolean[count];
    for (int position : mask.positions()) {
      int group = groupOf.applyAsInt(position);
      if (group >= 0) {
        alive[group] = true;
      }
    }
    return Mask.of(Shape.of(count), alive);
  }

  @Override
  public Map<Parameter, Mask> masks(Mask keptGroups) {
    Mask mask =
        Mask.of(
            weight.parameter().shape(),
            flat -> {
              int group = groupOf.applyAsInt(flat);
              return group < 0 || keptGroups.get(group);
            });
    return Map.of(weight.parameter(), mask.withGranularity(granularity));
  }
}
