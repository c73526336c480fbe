package dev.espalier.prune.surgery;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.sparse.Mask;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Channels that the same tensors share, so that removing one removes a slice of each of them. All
 * channels of a space own as many positions of each member as the others do.
 */
public final class ChannelSpace {
  private final int channels;
  private final List<ChannelMember> members;
  private final List<String> fixedBecause;
  private final boolean zeroNeeded;

  ChannelSpace(
      int channels, List<ChannelMember> members, List<String> fixedBecause, boolean zeroNeeded) {
    this.channels = channels;
    this.members = List.copyOf(members);
    this.fixedBecause = List.copyOf(fixedBecause);
    this.zeroNeeded = zeroNeeded;
  }

  /** Number of channels. */
  public int channels() {
    return channels;
  }

  /** What the channels are axes of. */
  public List<ChannelMember> members() {
    return members;
  }

  /** Why no channel may be removed; empty if some may. */
  public List<String> fixedBecause() {
    return fixedBecause;
  }

  /** Whether channels may be removed. */
  public boolean prunable() {
    return fixedBecause.isEmpty() && members.stream().anyMatch(ChannelMember::producer);
  }

  /** The names of the weights that make the channels, joined, or else of whatever touches them. */
  public String name() {
    List<String> weights = names(m -> m.producer() && m.parameter().shape().rank() > 1);
    return String.join("+", weights.isEmpty() ? names(_ -> true) : weights);
  }

  private List<String> names(Predicate<ChannelMember> chosen) {
    return members.stream().filter(chosen).map(ChannelMember::name).distinct().toList();
  }

  /**
   * Which channels can go without changing an output. Either masks have emptied everything that
   * makes the channel, so that it is zero wherever it flows (and the slices of what reads it where
   * it is not); or they have emptied the slices of everything that reads it.
   *
   * @param maskOf the mask to go by, or null where a parameter counts as unmasked
   */
  public boolean[] emptied(Function<Parameter, Mask> maskOf) {
    boolean[] zero = all(m -> m.producer() || m.readsNonZero(), maskOf);
    if (members.stream().noneMatch(ChannelMember::producer)) {
      Arrays.fill(zero, false);
    }
    if (!zeroNeeded && members.stream().anyMatch(ChannelMember::reader)) {
      boolean[] unread = all(ChannelMember::reader, maskOf);
      for (int c = 0; c < channels; c++) {
        zero[c] |= unread[c];
      }
    }
    return zero;
  }

  /** The channels that masks have emptied in all of some members. */
  private boolean[] all(Predicate<ChannelMember> chosen, Function<Parameter, Mask> maskOf) {
    boolean[] emptied = new boolean[channels];
    Arrays.fill(emptied, true);
    for (ChannelMember member : members) {
      if (chosen.test(member)) {
        Mask mask = maskOf.apply(member.parameter());
        boolean[] own = mask == null ? new boolean[channels] : member.emptied(mask);
        for (int c = 0; c < channels; c++) {
          emptied[c] &= own[c];
        }
      }
    }
    return emptied;
  }
}
