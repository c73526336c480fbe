package dev.espalier.prune.surgery;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Indexing;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which indices of which parameters can go without changing a model's outputs: the channels that
 * hard masks have emptied in everything that makes them.
 */
public final class ShrinkPlan {
  private final Map<Parameter, boolean[][]> dead = new LinkedHashMap<>();
  private final Map<String, Integer> removed = new LinkedHashMap<>();
  private final List<String> kept = new ArrayList<>();
  private final Map<Parameter, Integer> rowsPerGroup = new LinkedHashMap<>();

  private final SurgeryOptions options;
  private final List<String> branches;

  private ShrinkPlan(SurgeryOptions options, List<String> branches) {
    this.options = options;
    this.branches = List.copyOf(branches);
  }

  /**
   * Finds the dead channels of a module.
   *
   * @param example an input of the module; its recorded graph shows what hangs together
   * @param branches the branches that are removed already
   */
  static ShrinkPlan of(
      Module module, Tensor example, SurgeryOptions options, List<String> branches) {
    var plan = new ShrinkPlan(options, branches);
    ChannelGraph.of(module, example).forEach(plan::add);
    return plan;
  }

  private void add(ChannelSpace space) {
    boolean[] deadChannels = space.emptied(ShrinkPlan::hardMask);
    int count = count(deadChannels);
    if (count == 0 || space.members().stream().noneMatch(ChannelMember::producer)) {
      return;
    }
    if (!space.prunable()) {
      kept.add(
          "%d masked channels of '%s' stay: %s"
              .formatted(count, space.name(), String.join("; ", space.fixedBecause())));
      return;
    }
    if (count == space.channels()) {
      deadChannels[0] = false;
      kept.add(
          "1 masked channel of '%s' stays: a layer without channels cannot run"
              .formatted(space.name()));
    }
    round(space, deadChannels);
    if (count(deadChannels) > 0) {
      space.members().forEach(member -> mark(member, deadChannels));
      removed.put(space.name(), count(deadChannels));
    }
  }

  /** Lets the best of the dead channels stay until what is left is a multiple. */
  private void round(ChannelSpace space, boolean[] deadChannels) {
    int left = deadChannels.length - count(deadChannels);
    int wanted = Math.ceilDiv(left, options.multiple()) * options.multiple();
    int staying = Math.min(wanted, deadChannels.length) - left;
    if (staying == 0 || space.members().stream().anyMatch(ChannelMember::makesHeads)) {
      return;
    }
    double[] scores = new double[deadChannels.length];
    for (ChannelMember member : space.members()) {
      Tensor elements = options.scores().get(member.name());
      if (member.producer() && elements != null) {
        double[] values = elements.toDoubleArray();
        for (int i = 0; i < values.length; i++) {
          int channel = member.channelOf(i);
          scores[Math.max(channel, 0)] += channel < 0 ? 0 : values[i];
        }
      }
    }
    IntStream.range(0, scores.length)
        .filter(channel -> deadChannels[channel])
        .boxed()
        .sorted(Comparator.comparingDouble(channel -> -scores[channel]))
        .limit(staying)
        .forEach(channel -> deadChannels[channel] = false);
    kept.add(
        "%d masked channels of '%s' stay: their number is a multiple of %d"
            .formatted(staying, space.name(), options.multiple()));
  }

  private static Mask hardMask(Parameter parameter) {
    return parameter.maskMode() == Parameter.MaskMode.HARD ? parameter.mask() : null;
  }

  /**
   * One axis may hold several runs of channels (behind a concatenation), so indices are collected
   * and cut once.
   */
  private void mark(ChannelMember member, boolean[] deadChannels) {
    Shape shape = member.parameter().shape();
    boolean[][] axes = dead.computeIfAbsent(member.parameter(), _ -> new boolean[shape.rank()][]);
    if (axes[member.axis()] == null) {
      axes[member.axis()] = new boolean[shape.dim(member.axis())];
    }
    for (int channel = 0; channel < deadChannels.length; channel++) {
      if (deadChannels[channel]) {
        for (int position : member.positions(channel)) {
          axes[member.axis()][position] = true;
        }
      }
    }
    if (member.rowsPerGroup() > 0) {
      rowsPerGroup.put(member.parameter(), member.rowsPerGroup());
    }
  }

  private static int count(boolean[] flags) {
    return (int) IntStream.range(0, flags.length).filter(i -> flags[i]).count();
  }

  /** The residual branches that were removed. */
  public List<String> removedBranches() {
    return branches;
  }

  /** Number of channels to remove per group of layers. */
  public Map<String, Integer> removed() {
    return Collections.unmodifiableMap(removed);
  }

  /** Why masked channels must stay, with the layers named. */
  public List<String> kept() {
    return List.copyOf(kept);
  }

  Set<Parameter> parameters() {
    return dead.keySet();
  }

  /** A copy of a parameter's value without the dead indices. */
  Tensor value(Parameter parameter) {
    return cut(parameter, parameter.tensor());
  }

  /** A copy of a tensor that goes with a parameter (a gradient, an average of them), cut alike. */
  Tensor cut(Parameter parameter, Tensor alike) {
    return cut(alike, dead.getOrDefault(parameter, new boolean[alike.rank()][]));
  }

  /**
   * A parameter's mask without the dead indices; null if it had none or keeps everything that is
   * left.
   */
  Mask mask(Parameter parameter) {
    Mask mask = parameter.mask();
    if (mask == null || !dead.containsKey(parameter)) {
      return mask;
    }
    Mask rest = Mask.nonZeros(cut(mask.toTensor(DType.FLOAT32), dead.get(parameter)));
    if (rest.kept() == rest.size()) {
      return null;
    }
    return rest.conformsTo(mask.granularity()) ? rest.withGranularity(mask.granularity()) : rest;
  }

  /** Rows of one group of a convolution that lost groups as wholes, or 0. */
  int rowsPerGroup(Parameter weight) {
    return rowsPerGroup.getOrDefault(weight, 0);
  }

  private static Tensor cut(Tensor x, boolean[][] deadPerAxis) {
    Tensor result = x.copy();
    for (int axis = 0; axis < deadPerAxis.length; axis++) {
      if (deadPerAxis[axis] != null) {
        result = without(result, axis, deadPerAxis[axis]);
      }
    }
    return result;
  }

  private static Tensor without(Tensor x, int axis, boolean[] indices) {
    long[] keep =
        IntStream.range(0, indices.length).filter(i -> !indices[i]).asLongStream().toArray();
    Tensor rows = x.transpose(0, axis).contiguous();
    Tensor flat = rows.reshape(rows.dim(0), -1);
    Tensor chosen = Indexing.gatherRows(flat, Tensor.of(Shape.of(keep.length), keep));
    return chosen.reshape(rows.shape().with(0, keep.length)).transpose(0, axis).copy();
  }
}
