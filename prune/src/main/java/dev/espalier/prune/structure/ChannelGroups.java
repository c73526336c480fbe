package dev.espalier.prune.structure;

import dev.espalier.nn.Parameter;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Place;
import dev.espalier.prune.Score;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
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
  public Tensor scores(Score score, Aggregation aggregation) {
    var collector = aggregation.over(count());
    Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (ChannelMember member : space.members()) {
      Tensor values = score.byWeight().get(member.name());
      if (values != null && score instanceof Score.Elements && scored.test(member)) {
        seen.add(values);
        collector.add(values, member::channelOf);
      } else if (values != null && score instanceof Score.Channels && makesRows(member)) {
        if (seen.add(values)) { // layers that are tied together share one tensor
          collector.add(values, member::channelAt);
        }
      }
    }
    return seen.isEmpty() ? Score.found(score, name()) : collector.result();
  }

  private static boolean makesRows(ChannelMember member) {
    return member.producer() && member.axis() == 0;
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
