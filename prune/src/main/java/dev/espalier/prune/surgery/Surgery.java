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
    for (ChannelSpace space : ChannelGraph.of(module, example)) {
      boolean[] dead = deadChannels(space);
      int count = (int) IntStream.range(0, dead.length).filter(c -> dead[c]).count();
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
      for (ChannelSpace.Member member : space.members()) {
        cut(member, space.channels(), dead);
      }
      cutStatistics(module, space, dead);
      removed.put(space.name(), (int) IntStream.range(0, dead.length).filter(c -> dead[c]).count());
    }
    return new Report(removed, stay);
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

  private static void cut(ChannelSpace.Member member, int channels, boolean[] dead) {
    Parameter parameter = member.parameter();
    int[] keep = keptIndices(parameter.dim(member.axis()), member, channels, dead);
    Mask mask = parameter.mask();
    var mode = parameter.maskMode();
    try (var _ = Scope.open("surgery")) {
      Tensor maskBits = mask == null ? null : select(mask.toTensor(DType.FLOAT32), member.axis(), keep);
      parameter.replace(select(parameter.tensor(), member.axis(), keep));
      if (maskBits != null) {
        Mask rest = Mask.nonZeros(maskBits);
        if (rest.kept() < rest.size()) {
          parameter.setMask(rest, mode);
        }
      }
    }
  }

  private static int[] keptIndices(int extent, ChannelSpace.Member member, int channels, boolean[] dead) {
    int first = member.offset();
    int last = first + channels * member.repeat();
    return IntStream.range(0, extent)
        .filter(i -> i < first || i >= last || !dead[(i - first) / member.repeat()])
        .toArray();
  }

  private static void cutStatistics(Module module, ChannelSpace space, boolean[] dead) {
    for (Module part : module.namedModules().values()) {
      if (!(part instanceof BatchNorm norm)) {
        continue;
      }
      for (ChannelSpace.Member member : space.members()) {
        if (member.parameter() == norm.weight()) {
          int[] keep = keptIndices(norm.runningMean().dim(0), member, space.channels(), dead);
          try (var scope = Scope.open("surgery")) {
            norm.replaceStatistics(
                scope.keep(select(norm.runningMean(), 0, keep)), scope.keep(select(norm.runningVariance(), 0, keep)));
          }
        }
      }
    }
  }

  /** The given indices along one axis, in order. */
  private static Tensor select(Tensor x, int axis, int[] keep) {
    long[] index = IntStream.of(keep).asLongStream().toArray();
    Tensor rows = x.transpose(0, axis).contiguous();
    Tensor flat = rows.reshape(rows.dim(0), -1);
    Tensor chosen = Indexing.gatherRows(flat, Tensor.of(Shape.of(keep.length), index));
    return chosen.reshape(rows.shape().with(0, keep.length)).transpose(0, axis).copy();
  }
}
