package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Place;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Structure;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The channels that the classifier reads, with everything that hangs on them; all others are left
 * alone.
 *
 * <p>Scores that follow from the classifier's weights alone, such as {@link
 * dev.espalier.prune.score.Cam}, are of these. After B. Zhou et al., Learning Deep Features for
 * Discriminative Localization (2016).
 */
public record LastChannelStructure() implements Structure {
  @Override
  public String name() {
    return "last-channel";
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    return ChannelStructures.groups(
        name(), module, example, otherKind(module), ChannelMember::producer);
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    return ChannelStructures.leftAlone(module, example, otherKind(module));
  }

  private static Function<ChannelSpace, Optional<String>> otherKind(Module module) {
    Set<Parameter> classifiers =
        PrunableWeight.of(module).stream()
            .filter(weight -> weight.place() == Place.CLASSIFIER)
            .map(PrunableWeight::parameter)
            .collect(Collectors.toSet());
    return space ->
        space.members().stream()
                .anyMatch(member -> member.reader() && classifiers.contains(member.parameter()))
            ? ChannelStructures.heads(space)
            : Optional.of("is not read by the classifier");
  }
}
