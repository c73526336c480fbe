package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Structure;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Filters and neurons with everything that hangs on them: the row of every layer that makes the
 * channel, its bias, its normalisation parameters, and the slice of every layer that reads it.
 * Attention heads are {@link HeadStructure}'s.
 *
 * <p>The score of a channel is aggregated over the rows that make it, or is the scorer's own.
 * Because a masked channel is exactly zero wherever it flows, or masked where it is read, the
 * masked model equals the physically smaller one that {@link dev.espalier.prune.surgery.Surgery}
 * makes.
 *
 * <p>Of layers that are pruned at once, "independent" counting scores each filter by all its
 * kernels; "greedy" counting goes from front to back and leaves out the kernels over maps that have
 * just been pruned. (Kernels that an earlier round has masked count in neither.) Source: H. Li et
 * al., Pruning Filters for Efficient ConvNets (2016), section 3.2; channels tied by identity
 * shortcuts are ranked together, where the paper leaves them alone.
 *
 * @param greedy whether counting is greedy
 */
public record FilterStructure(boolean greedy) implements Structure {
  /** With independent counting. */
  public FilterStructure() {
    this(false);
  }

  @Override
  public String name() {
    return greedy ? "filter-greedy" : "filter";
  }

  @Override
  public boolean keepsChannels() {
    return true;
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    return ChannelStructures.groups(
        name(), module, example, ChannelStructures::heads, ChannelMember::producer);
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    return ChannelStructures.leftAlone(module, example, ChannelStructures::heads);
  }
}
