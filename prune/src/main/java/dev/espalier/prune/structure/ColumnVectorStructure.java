package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import java.util.List;
import java.util.Map;

/**
 * N×1: n neighbours in a column of the matrix view live or die together, that is n outputs that
 * share an input, as wide as a vector register holds. Weights whose number of rows is not divisible
 * by n are left alone.
 *
 * <p>Source: E. Elsen, M. Dukhan, T. Gale, K. Simonyan, Fast Sparse ConvNets (2020), section 3.
 *
 * @param n rows per group
 */
public record ColumnVectorStructure(int n) implements Structure {
  private Granularity granularity() {
    return new Granularity.ColumnVector(n);
  }

  @Override
  public String name() {
    return granularity().name();
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    return WeightStructures.groups(
        name(),
        module,
        granularity()::refusal,
        weight -> WeightGroups.tiles(weight, granularity()));
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    return WeightStructures.leftAlone(module, granularity()::refusal);
  }
}
