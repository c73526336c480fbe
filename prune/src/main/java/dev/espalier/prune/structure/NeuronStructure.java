package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Structure;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The neurons of linear layers with everything that hangs on them: the row that makes a neuron, its
 * bias and normalisation, and the columns that read it. Channels of convolutions and attention
 * heads are left alone.
 *
 * <p>Source: M. Mozer, P. Smolensky, Skeletonization (1989).
 */
public record NeuronStructure() implements Structure {
  @Override
  public String name() {
    return "neuron";
  }

  @Override
  public boolean keepsChannels() {
    return true;
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    return ChannelStructures.groups(
        name(), module, example, NeuronStructure::otherKind, ChannelMember::producer);
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    return ChannelStructures.leftAlone(module, example, NeuronStructure::otherKind);
  }

  private static Optional<String> otherKind(ChannelSpace space) {
    boolean convolved =
        space.members().stream().anyMatch(m -> m.producer() && m.parameter().shape().rank() > 2);
    return convolved ? Optional.of("is made by a convolution") : ChannelStructures.heads(space);
  }
}
