package dev.espalier.prune.surgery;

import dev.espalier.nn.Parameter;
import java.util.ArrayList;
import java.util.List;

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

  /** The producers' names, joined: the name of the space. */
  public String name() {
    return String.join(
        "+",
        members.stream()
            .filter(m -> m.producer() && m.parameter().shape().rank() > 1)
            .map(Member::name)
            .toList());
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

  /** Ties two spaces together: whatever is removed from one is removed from both. */
  static void merge(ChannelSpace a, ChannelSpace b, String where) {
    ChannelSpace first = a.root();
    ChannelSpace second = b.root();
    if (first == second) {
      return;
    }
    if (first.channels != second.channels) {
      first.fix("%s joins %d with %d channels".formatted(where, first.channels, second.channels));
      second.fix("%s joins %d with %d channels".formatted(where, first.channels, second.channels));
      return;
    }
    second.members.forEach(first::add);
    second.fixedBecause.forEach(first::fix);
    second.members.clear();
    second.mergedInto = first;
  }
}
