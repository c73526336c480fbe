package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Structure;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Input channels: a channel is judged by the slices W[:, c] of the layers that read it, and goes
 * with the rows that make it. The same groups as {@link FilterStructure}, seen from the other side.
 * The channels of the model's input are left alone.
 *
 * <p>Source: Y. He, X. Zhang, J. Sun, Channel Pruning for Accelerating Very Deep Neural Networks
 * (2017); W. Wen et al. (2016), "channel-wise".
 */
public record InputChannelStructure() implements Structure {
  @Override
  public String name() {
    return "input-channel";
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    return ChannelStructures.groups(
        name(), module, example, ChannelStructures::heads, ChannelMember::reader);
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    return ChannelStructures.leftAlone(module, example, ChannelStructures::heads);
  }
}
