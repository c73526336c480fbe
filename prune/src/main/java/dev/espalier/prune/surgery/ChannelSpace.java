package dev.espalier.prune.surgery;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.sparse.Mask;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final Set<ChannelRead> reads;

  ChannelSpace(
      int channels,
      List<ChannelMember> members,
      List<String> fixedBecause,
      Set<ChannelRead> reads) {
    this.channels = channels;
    this.members = List.copyOf(members);
    this.fixedBecause = List.copyOf(fixedBecause);
    this.reads = reads;
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
    List<String> weights = weights();
    return String.join("+", weights.isEmpty() ? names(_ -> true) : weights);
  }

  /** The names of the weights that make the channels. */
  public List<String> weights() {
    return names(m -> m.producer() && m.parameter().shape().rank() > 1);
  }

  private List<String> names(Predicate<ChannelMember> chosen) {
    return members.stream().filter(chosen).map(ChannelMember::name).distinct().toList();
  }

  /**
   * Which channels can go without changing an output: at each place that reads the channel, masks
   * have either emptied so much of what makes it that it is zero there, or the slice that reads it.
   *
   * @param maskOf the mask to go by, or null where a parameter counts as unmasked
   */
  public boolean[] emptied(Function<Parameter, Mask> maskOf) {
    Map<ParameterAxes.Axis, boolean[]> byAxis = new HashMap<>();
    for (ChannelMember member : members) {
      Mask mask = maskOf.apply(member.parameter());
      byAxis.put(member.where(), mask == null ? new boolean[channels] : member.emptied(mask));
    }
    boolean[] emptied = new boolean[channels];
    for (int c = 0; c < channels; c++) {
      int channel = c;
      Predicate<ParameterAxes.Axis> gone =
          axis -> !byAxis.containsKey(axis) || byAxis.get(axis)[channel];
      emptied[c] =
          !reads.isEmpty()
              && reads.stream()
                  .allMatch(
                      read ->
                          read.zero().holds(gone)
                              || read.reader() != null && gone.test(read.reader()));
    }
    return emptied;
  }
}
