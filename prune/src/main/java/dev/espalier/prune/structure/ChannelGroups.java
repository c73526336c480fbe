package dev.espalier.prune.structure;

import dev.espalier.nn.Parameter;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Place;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The channels of one space, each with everything that hangs on it.
 *
 * @param scored the members whose slices a channel is judged by
 */
record ChannelGroups(ChannelSpace space, Predicate<ChannelMember> scored) implements GroupSet {
  @Override
  public String name() {
    return space.name();
  }

  @Override
  public int count() {
    return space.channels();
  }

  @Override
  public Place place() {
    return Place.INNER; // a stem's filters are as many as others', and no classifier's row goes
  }

  @Override
  public Tensor scores(Map<String, Tensor> elementScores) {
    var scores = new GroupScores(count());
    for (ChannelMember member : space.members()) {
      Tensor elements = elementScores.get(member.name());
      if (scored.test(member) && elements != null) {
        scores.add(elements, member::channelOf);
      }
    }
    return scores.scores();
  }

  @Override
  public Mask alive() {
    boolean[] emptied = space.emptied(Parameter::mask);
    return Mask.of(Shape.of(emptied.length), channel -> !emptied[channel]);
  }

  @Override
  public Map<Parameter, Mask> masks(Mask keptGroups) {
    Map<Parameter, Mask> masks = new LinkedHashMap<>();
    for (ChannelMember member : space.members()) {
      masks.merge(member.parameter(), member.mask(keptGroups), Mask::and);
    }
    return masks;
  }
}
