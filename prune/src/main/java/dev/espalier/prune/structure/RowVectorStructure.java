package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import java.util.List;
import java.util.Map;

/**
 * 1×N: n neighbours in a row of the matrix view live or die together, that is n inputs of one
 * output. Weights whose rows do not divide into such runs are left alone.
 *
 * <p>Source: Z. Yao et al., Balanced Sparsity (2019) and H. Mao et al., Exploring the Granularity
 * of Sparsity in Convolutional Neural Networks (2017), "vector-level".
 *
 * @param n neighbours per group
 */
public record RowVectorStructure(int n) implements Structure {
  private Granularity granularity() {
    return new Granularity.RowVector(n);
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
