package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Place;
import dev.espalier.prune.Score;
import dev.espalier.prune.Structure;
import dev.espalier.prune.surgery.ChannelGraph;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Filters and neurons with everything that hangs on them: the row of every layer that makes the
 * channel, its bias, its normalisation parameters, and the slice of every layer that reads it.
 *
 * <p>The score of a channel is aggregated over the rows that make it, or is the scorer's own.
 * Because a masked channel is exactly zero wherever it flows, the masked model equals the
 * physically smaller one that {@link dev.espalier.prune.surgery.Surgery} makes. Source: H. Li et
 * al., Pruning Filters for Efficient ConvNets (2016), "independent" counting; channels tied by
 * identity shortcuts are ranked together, where the paper leaves them alone.
 */
public record FilterStructure() implements Structure {
  private record Channels(ChannelSpace space) implements GroupSet {
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
      return space.scores(score, aggregation);
    }

    @Override
    public Mask alive() {
      boolean[] emptied = space.emptied(Parameter::mask);
      return Mask.of(Shape.of(emptied.length), channel -> !emptied[channel]);
    }

    @Override
    public Map<Parameter, Mask> masks(Mask keptGroups) {
      Map<Parameter, Mask> masks = new LinkedHashMap<>();
      for (ChannelSpace.Member member : space.members()) {
        masks.merge(member.parameter(), along(member, keptGroups), Mask::and);
      }
      return masks;
    }

    private Mask along(ChannelSpace.Member member, Mask kept) {
      Shape shape = member.parameter().shape();
      long inner = shape.rowMajorStrides()[member.axis()];
      int extent = shape.dim(member.axis());
      int first = member.offset();
      int last = first + space.channels() * member.repeat();
      return Mask.of(
          shape,
          flat -> {
            int index = (int) (flat / inner % extent);
            return index < first || index >= last || kept.get((index - first) / member.repeat());
          });
    }
  }

  @Override
  public String name() {
    return "filter";
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    List<GroupSet> sets = new ArrayList<>();
    for (ChannelSpace space : ChannelGraph.of(module, example)) {
      if (space.prunable()) {
        sets.add(new Channels(space));
      }
    }
    if (sets.isEmpty()) {
      throw new IllegalArgumentException(
          "filter pruning: no channel of this model may be removed: "
              + String.join(
                  "; ",
                  ChannelGraph.of(module, example).stream()
                      .flatMap(s -> s.fixedBecause().stream())
                      .distinct()
                      .toList()));
    }
    return sets;
  }
}
