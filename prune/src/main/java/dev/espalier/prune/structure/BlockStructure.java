package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import java.util.List;
import java.util.Map;

/**
 * Blocks of {@code height} × {@code width} of the matrix view live or die together. Weights that do
 * not divide into such blocks are left alone.
 *
 * <p>Source: S. Gray, A. Radford, D. Kingma, GPU Kernels for Block-Sparse Weights (2017).
 *
 * @param height rows per block
 * @param width columns per block
 */
public record BlockStructure(int height, int width) implements Structure {
  private Granularity granularity() {
    return new Granularity.Block(height, width);
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
