package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.surgery.ChannelGraph;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** What structures of whole channels have in common: they choose among a model's channel spaces. */
final class ChannelStructures {
  private ChannelStructures() {}

  /**
   * The group sets of the spaces that may be cut and are of the right kind.
   *
   * @param otherKind why a space is none of this structure's, if it is not
   * @throws IllegalArgumentException with the reasons if there is none
   */
  static List<GroupSet> groups(
      String structure,
      Module module,
      Tensor example,
      Function<ChannelSpace, Optional<String>> otherKind,
      Predicate<ChannelMember> scored) {
    List<GroupSet> sets = new ArrayList<>();
    Set<String> reasons = new LinkedHashSet<>();
    for (ChannelSpace space : ChannelGraph.of(module, example)) {
      Optional<String> reason = otherKind.apply(space);
      if (reason.isPresent()) {
        reasons.add("'%s' %s".formatted(space.name(), reason.get()));
      } else if (space.prunable()) {
        sets.add(new ChannelGroups(space, scored));
      } else {
        reasons.addAll(space.fixedBecause());
      }
    }
    if (sets.isEmpty()) {
      throw new IllegalArgumentException(
          "%s pruning: no channel of this model may be removed: %s"
              .formatted(structure, String.join("; ", reasons)));
    }
    return sets;
  }

  /** Refuses spaces of attention heads, which {@link HeadStructure} prunes. */
  static Optional<String> heads(ChannelSpace space) {
    return space.members().stream().anyMatch(ChannelMember::makesHeads)
        ? Optional.of("are attention heads")
        : Optional.empty();
  }

  /** Why spaces are not pruned, by the names of what makes them. */
  static Map<String, String> leftAlone(
      Module module, Tensor example, Function<ChannelSpace, Optional<String>> otherKind) {
    Map<String, String> left = new LinkedHashMap<>();
    for (ChannelSpace space : ChannelGraph.of(module, example)) {
      otherKind
          .apply(space)
          .or(
              () ->
                  space.prunable()
                      ? Optional.empty()
                      : Optional.of(String.join("; ", space.fixedBecause())))
          .ifPresent(reason -> left.put(space.name(), reason));
    }
    return left;
  }
}
