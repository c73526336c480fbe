package dev.espalier.prune.surgery;

import dev.espalier.nn.Parameter;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.Score;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A set of channels that several tensors share, so that removing one removes a slice of each of
 * them.
 *
 * <p>A member is one axis of a parameter; channel c covers the indices {@code offset + c repeat …
 * offset + (c+1) repeat - 1} there ({@code repeat = H W} for the columns of a linear layer behind a
 * flattened map).
 */
public final class ChannelSpace {
  /**
   * One axis of a parameter that runs over the channels.
   *
   * @param producer whether the axis makes the channels (rows of the layer before) rather than
   *     reading them
   */
  public record Member(
      String name, Parameter parameter, int axis, int offset, int repeat, boolean producer) {}

  private final int channels;
  private final List<Member> members = new ArrayList<>();
  private final List<String> fixedBecause = new ArrayList<>();
  private ChannelSpace mergedInto;

  ChannelSpace(int channels) {
    this.channels = channels;
  }

  /** The space that this one was merged into, or itself. */
  ChannelSpace root() {
    ChannelSpace space = this;
    while (space.mergedInto != null) {
      space = space.mergedInto;
    }
    return space;
  }

  /** Number of channels. */
  public int channels() {
    return channels;
  }

  /** What the channels are axes of. */
  public List<Member> members() {
    return List.copyOf(members);
  }

  /** Why no channel may be removed; empty if some may. */
  public List<String> fixedBecause() {
    return List.copyOf(fixedBecause);
  }

  /** Whether channels may be removed. */
  public boolean prunable() {
    return fixedBecause.isEmpty() && members.stream().anyMatch(Member::producer);
  }

  /** The names of the weights that make the channels, joined, or else of whatever touches them. */
  public String name() {
    List<String> weights = weights();
    return String.join("+", weights.isEmpty() ? names(_ -> true) : weights);
  }

  private List<String> names(Predicate<Member> chosen) {
    return members.stream().filter(chosen).map(Member::name).distinct().toList();
  }

  /**
   * Which channels masks have emptied in everything that makes them; such a channel is zero
   * wherever it flows.
   *
   * @param maskOf the mask to go by, or null where a parameter counts as unmasked
   */
  public boolean[] emptied(Function<Parameter, Mask> maskOf) {
    boolean[] emptied = new boolean[channels];
    List<Member> producers = members.stream().filter(Member::producer).toList();
    if (!producers.isEmpty()
        && producers.stream().allMatch(m -> maskOf.apply(m.parameter) != null)) {
      for (int c = 0; c < channels; c++) {
        int channel = c;
        emptied[c] =
            producers.stream().allMatch(m -> sliceIsEmpty(m, maskOf.apply(m.parameter), channel));
      }
    }
    return emptied;
  }

  private static boolean sliceIsEmpty(Member member, Mask mask, int channel) {
    int rowSize = (int) mask.shape().rowMajorStrides()[0];
    int first = (member.offset + channel * member.repeat) * rowSize;
    return IntStream.range(first, first + member.repeat * rowSize).noneMatch(mask::get);
  }

  /** The names of the weights that make the channels. */
  public List<String> weights() {
    return names(m -> m.producer() && m.parameter().shape().rank() > 1);
  }

  /**
   * A score per channel, [channels].
   *
   * <p>Scores of elements are aggregated over the rows of every weight that makes the channel;
   * scores of channels over what the scorer says of tied weights, each tensor once.
   */
  public Tensor scores(Score score, Aggregation aggregation) {
    Aggregation.Collector collector = aggregation.over(channels);
    Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Member member : members) {
      if (member.producer() && member.axis() == 0 && member.parameter().shape().rank() > 1) {
        Tensor values = Score.found(score, member.name());
        if (seen.add(values)) {
          collector.add(values, flat -> channelOf(member, values, flat));
        }
      }
    }
    return collector.result();
  }

  /** The channel of an element of a score whose axis 0 is the member's, or -1. */
  private int channelOf(Member member, Tensor values, int flat) {
    int index = flat / (int) values.shape().rowMajorStrides()[0] - member.offset;
    return index < 0 || index >= channels * member.repeat ? -1 : index / member.repeat;
  }

  void add(Member member) {
    if (!members.contains(member)) {
      members.add(member);
    }
  }

  void fix(String reason) {
    if (!fixedBecause.contains(reason)) {
      fixedBecause.add(reason);
    }
  }

  /**
   * Ties two spaces of as many channels together: whatever is removed from one is removed from
   * both.
   */
  static void merge(ChannelSpace a, ChannelSpace b) {
    ChannelSpace first = a.root();
    ChannelSpace second = b.root();
    if (first != second) {
      second.members.forEach(first::add);
      second.fixedBecause.forEach(first::fix);
      second.mergedInto = first;
    }
  }
}
