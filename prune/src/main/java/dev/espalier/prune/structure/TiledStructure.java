package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import java.util.List;
import java.util.Map;

/**
 * A structure whose groups are the tiles of a {@link Granularity} in each weight. Weights that do
 * not divide into such tiles are left alone.
 */
public interface TiledStructure extends Structure {
  /** The tiles. */
  Granularity granularity();

  @Override
  default String name() {
    return granularity().name();
  }

  @Override
  default List<GroupSet> groups(Module module, Tensor example) {
    return WeightStructures.groups(
        name(),
        module,
        granularity()::refusal,
        weight -> WeightGroups.tiles(weight, granularity()));
  }

  @Override
  default Map<String, String> leftAlone(Module module, Tensor example) {
    return WeightStructures.leftAlone(module, granularity()::refusal);
  }
}
