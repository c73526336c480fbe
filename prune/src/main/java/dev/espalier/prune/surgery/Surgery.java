package dev.espalier.prune.surgery;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Indexing;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Makes a model physically smaller by removing channels that masks have emptied. */
public final class Surgery {
  /**
   * What was done.
   *
   * @param removed number of channels removed per space, by the space's name
   * @param kept reasons why masked channels had to stay, with the layers named
   */
  public record Report(Map<String, Integer> removed, List<String> kept) {}

  private Surgery() {}

  /**
   * Removes, in place, every channel that is masked out in all that make it: its rows, biases, normalisation parameters and running
   * statistics, and the slices of all that read it. The outputs stay the same, since such a channel is zero everywhere.
   *
   * <p>Masks that are left (elements inside kept channels) are cut likewise. Optimisers must be made anew.
   *
   * @param example an input of the module; its recorded graph shows what hangs together
   */
  public static Report shrink(Module module, Tensor example) {
    Map<String, Integer> removed = new LinkedHashMap<>();
    List<String> stay = new ArrayList<>();
    Map<Parameter, boolean[][]> cuts = new LinkedHashMap<>();
    for (ChannelSpace space : ChannelGraph.of(module, example)) {
      boolean[] dead = deadChannels(space);
      int count = count(dead);
      if (count == 0) {
        continue;
      }
      if (!space.prunable()) {
        stay.add(
            "%d masked channels of '%s' stay: %s".formatted(count, space.name(), String.join("; ", space.fixedBecause())));
        continue;
      }
      if (count == space.channels()) {
        dead[0] = false; // a layer without channels cannot run; an all-zero one can
      }
      space.members().forEach(member -> mark(cuts, member, dead));
      removed.put(space.name(), count(dead));
    }
    cutStatistics(module, cuts);
    cuts.forEach(Surgery::cut);
    return new Report(removed, stay);
  }

  private static int count(boolean[] dead) {
    return (int) IntStream.range(0, dead.length).filter(c -> dead[c]).count();
  }

  /** Collected first and cut once, since a concatenation gives one axis several runs of channels. */
  private static void mark(Map<Parameter, boolean[][]> cuts, ChannelSpace.Member member, boolean[] dead) {
    Shape shape = member.parameter().shape();
    boolean[][] axes = cuts.computeIfAbsent(member.parameter(), _ -> new boolean[shape.rank()][]);
    if (axes[member.axis()] == null) {
      axes[member.axis()] = new boolean[shape.dim(member.axis())];
    }
    for (int i = 0; i < dead.length * member.repeat(); i++) {
      axes[member.axis()][member.offset() + i] |= dead[i / member.repeat()];
    }
  }

  private static boolean[] deadChannels(ChannelSpace space) {
    boolean[] dead = new boolean[space.channels()];
    List<ChannelSpace.Member> producers = space.members().stream().filter(ChannelSpace.Member::producer).toList();
    if (producers.isEmpty() || producers.stream().anyMatch(m -> hardMask(m.parameter()) == null)) {
      return dead;
    }
    for (int c = 0; c < dead.length; c++) {
      int channel = c;
      dead[c] = producers.stream().allMatch(m -> sliceIsEmpty(m, channel));
    }
    return dead;
  }

  private static Mask hardMask(Parameter parameter) {
    return parameter.maskMode() == Parameter.MaskMode.HARD ? parameter.mask() : null;
  }

  private static boolean sliceIsEmpty(ChannelSpace.Member member, int channel) {
    Mask mask = member.parameter().mask();
    int rowSize = (int) member.parameter().shape().rowMajorStrides()[0];
    int first = (member.offset() + channel * member.repeat()) * rowSize;
    int last = first + member.repeat() * rowSize;
    return IntStream.range(first, last).noneMatch(mask::get);
  }

  private static void cut(Parameter parameter, boolean[][] deadPerAxis) {
    Mask mask = parameter.mask();
    var mode = parameter.maskMode();
    try (var _ = Scope.open("surgery")) {
      Tensor value = selected(parameter.tensor(), deadPerAxis);
      Mask rest = mask == null ? null : Mask.nonZeros(selected(mask.toTensor(DType.FLOAT32), deadPerAxis));
      parameter.replace(value);
      if (rest != null && rest.kept() < rest.size()) {
        parameter.setMask(rest, mode);
      }
    }
  }

  private static Tensor selected(Tensor x, boolean[][] deadPerAxis) {
    Tensor result = x.copy();
    for (int axis = 0; axis < deadPerAxis.length; axis++) {
      if (deadPerAxis[axis] != null) {
        result = select(result, axis, deadPerAxis[axis]);
      }
    }
    return result;
  }

  private static void cutStatistics(Module module, Map<Parameter, boolean[][]> cuts) {
    for (Module part : module.namedModules().values()) {
      if (part instanceof BatchNorm norm && cuts.containsKey(norm.weight())) {
        boolean[] dead = cuts.get(norm.weight())[0];
        try (var scope = Scope.open("surgery")) {
          norm.replaceStatistics(
              scope.keep(select(norm.runningMean(), 0, dead)), scope.keep(select(norm.runningVariance(), 0, dead)));
        }
      }
    }
  }

  /** The indices along one axis that are not dead, in order. */
  private static Tensor select(Tensor x, int axis, boolean[] dead) {
    long[] keep = IntStream.range(0, dead.length).filter(i -> !dead[i]).asLongStream().toArray();
    Tensor rows = x.transpose(0, axis).contiguous();
    Tensor flat = rows.reshape(rows.dim(0), -1);
    Tensor chosen = Indexing.gatherRows(flat, Tensor.of(Shape.of(keep.length), keep));
    return chosen.reshape(rows.shape().with(0, keep.length)).transpose(0, axis).copy();
  }
}
