package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import java.util.List;
import java.util.Map;

/**
 * The 2-D slices [kh, kw] of convolution weights [O, I, kh, kw] live or die as wholes: what a
 * filter sees of one input channel. Linear layers are left alone.
 *
 * <p>Source: H. Mao et al., Exploring the Granularity of Sparsity in Convolutional Neural Networks
 * (2017), "kernel-level".
 */
public record KernelStructure() implements Structure {
  private Granularity granularity() {
    return new Granularity.Kernel();
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
