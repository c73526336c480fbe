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
 * Attention heads: the rows of a head in the query, key and value projections with their biases,
 * and the columns of the output projection that read it.
 *
 * <p>The score of a head is the sum over its rows and columns. Source: P. Michel, O. Levy, G.
 * Neubig, Are Sixteen Heads Really Better than One? (2019).
 */
public record HeadStructure() implements Structure {
  @Override
  public String name() {
    return "head";
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    return ChannelStructures.groups(
        name(),
        module,
        example,
        HeadStructure::otherKind,
        member -> member.producer() || member.reader());
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    return ChannelStructures.leftAlone(module, example, HeadStructure::otherKind);
  }

  private static Optional<String> otherKind(ChannelSpace space) {
    return space.members().stream().anyMatch(ChannelMember::makesHeads)
        ? Optional.empty()
        : Optional.of("is no attention head");
  }
}
