package dev.espalier.prune.surgery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Gathers the channels that labels stand for into spaces of channels alike. */
final class SpaceList {
  /** The positions of one channel, axis by axis. */
  private record Channel(Map<ParameterAxes.Axis, List<Integer>> positions) {}

  /** Channels of one space agree in this. */
  private record Kind(
      Map<ParameterAxes.Axis, Integer> positionsPerAxis,
      List<String> fixed,
      Set<ChannelRead> reads) {}

  private SpaceList() {}

  static List<ChannelSpace> of(ChannelLabels labels, ParameterAxes parameters) {
    Map<Integer, Channel> channels = new TreeMap<>();
    for (ParameterAxes.Axis axis : parameters.all()) {
      for (int position = 0; position < axis.labels.length; position++) {
        channels
            .computeIfAbsent(
                labels.root(axis.labels[position]), _ -> new Channel(new LinkedHashMap<>()))
            .positions
            .computeIfAbsent(axis, _ -> new ArrayList<>())
            .add(position);
      }
    }
    Map<Integer, Set<String>> reasons = labels.reasons();
    Map<Integer, Set<ChannelRead>> reads = labels.reads();
    Map<Kind, List<Channel>> kinds = new LinkedHashMap<>();
    channels.forEach(
        (root, channel) -> {
          Map<ParameterAxes.Axis, Integer> counts = new LinkedHashMap<>();
          channel.positions.forEach((axis, positions) -> counts.put(axis, positions.size()));
          var fixed = List.copyOf(reasons.getOrDefault(root, Set.of()));
          kinds
              .computeIfAbsent(
                  new Kind(counts, fixed, reads.getOrDefault(root, Set.of())),
                  _ -> new ArrayList<>())
              .add(channel);
        });
    List<ChannelSpace> spaces = new ArrayList<>();
    kinds.forEach((kind, alike) -> spaces.add(space(kind, alike)));
    return spaces;
  }

  private static ChannelSpace space(Kind kind, List<Channel> alike) {
    List<ChannelMember> members = new ArrayList<>();
    for (ParameterAxes.Axis axis : kind.positionsPerAxis.keySet()) {
      int[][] positions = new int[alike.size()][];
      for (int c = 0; c < positions.length; c++) {
        positions[c] =
            alike.get(c).positions.get(axis).stream().mapToInt(Integer::intValue).toArray();
      }
      members.add(new ChannelMember(axis, positions));
    }
    return new ChannelSpace(alike.size(), members, kind.fixed, kind.reads);
  }
}
