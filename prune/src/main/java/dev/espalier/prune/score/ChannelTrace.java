package dev.espalier.prune.score;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AddRelu;
import dev.espalier.autograd.op.AddScalar;
import dev.espalier.autograd.op.AvgPool2d;
import dev.espalier.autograd.op.BatchNorm;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Concat;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Gelu;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.Masked;
import dev.espalier.autograd.op.MaxPool2d;
import dev.espalier.autograd.op.MulScalar;
import dev.espalier.autograd.op.Relu;
import dev.espalier.autograd.op.Sigmoid;
import dev.espalier.autograd.op.Silu;
import dev.espalier.autograd.op.Sub;
import dev.espalier.autograd.op.Tanh;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One recorded forward pass, and which of its values are the activations of which channels.
 *
 * <p>The activations of a {@link ChannelSpace} are the outputs of its non-linearities; where it has
 * none, its values as products, normalisations and additions leave them to a layer that is none of
 * these. A space with several (a residual stream) has one per place.
 */
public final class ChannelTrace {
  /**
   * Values of all channels of a space.
   *
   * @param space whose channels they are
   * @param value [N, …] with the channels in one axis, among others if it is a concatenation
   * @param axis 1 of maps and rows, the last of sequences
   * @param offset the first channel's index in that axis
   * @param rectified whether no value is negative because a ReLU made them
   */
  public record Activation(
      ChannelSpace space, Variable value, int axis, int offset, boolean rectified) {
    /** The space's part [N, C, M] of a tensor shaped like the value; M are pixels or times. */
    public Tensor part(Tensor like) {
      Tensor part = like.narrow(axis, offset, space.channels());
      int[] order = new int[part.rank()];
      for (int i = 0; i < order.length; i++) {
        order[i] = i == 1 ? axis : i == 0 || i > axis ? i : i - 1;
      }
      part = part.permute(order).contiguous();
      long rest = (long) part.dim(0) * space.channels();
      int pixels = Math.toIntExact(rest == 0 ? 0 : part.size() / rest);
      return part.reshape(part.dim(0), space.channels(), pixels);
    }
  }

  /** Channels along an axis, from an offset. */
  record Run(ChannelSpace space, int axis, int offset) {}

  private final Variable output;
  private final Map<Parameter, List<ChannelMember>> rows = new IdentityHashMap<>();
  private final Map<ChannelMember, ChannelSpace> owners = new IdentityHashMap<>();
  private final Map<Variable, List<Run>> runs = new IdentityHashMap<>();
  private final Map<Variable, List<Variable>> readers = new IdentityHashMap<>();
  private final List<Activation> activations;

  /**
   * Follows the channels of a recorded pass.
   *
   * @param spaces the spaces to look for
   * @param output of the pass
   */
  public ChannelTrace(List<ChannelSpace> spaces, Variable output) {
    this.output = output;
    for (ChannelSpace space : spaces) {
      for (ChannelMember member : space.members()) {
        if (member.producer() && member.axis() == 0 && member.parameter().shape().rank() > 1) {
          rows.computeIfAbsent(member.parameter(), _ -> new ArrayList<>()).add(member);
          owners.put(member, space);
        }
      }
    }
    List<Variable> made = Traversal.oldestFirst(output);
    for (Variable result : made) {
      result
          .node()
          .inputs()
          .forEach(in -> readers.computeIfAbsent(in, _ -> new ArrayList<>()).add(result));
      runs.put(result, runsOf(result));
    }
    activations = chosen(made);
  }

  /** The output of the pass. */
  public Variable output() {
    return output;
  }

  /** The activations of the spaces, in the order of the pass. */
  public List<Activation> activations() {
    return activations;
  }

  /** Whose channels lie along an axis of a value, one by one. */
  List<Run> runs(Variable value) {
    return runs.getOrDefault(value, List.of());
  }

  private List<Run> runsOf(Variable result) {
    Node node = result.node();
    if (node.op() instanceof Linear || node.op() instanceof Conv2d) {
      int axis = node.op() instanceof Linear ? result.shape().rank() - 1 : 1;
      return rows.getOrDefault(parameterOf(node.inputs().get(1)), List.of()).stream()
          .filter(ChannelMember::isRun)
          .map(member -> new Run(owners.get(member), axis, member.positions(0)[0]))
          .toList();
    }
    if (node.op() instanceof Concat(int along)) {
      int axis = result.shape().axis(along);
      List<Run> joined = new ArrayList<>();
      int before = 0;
      for (Variable part : node.inputs()) {
        for (Run run : runs(part)) {
          if (run.axis == axis) {
            joined.add(new Run(run.space, axis, before + run.offset));
          }
        }
        before += part.dim(axis);
      }
      return joined;
    }
    if (isPointwise(node.op()) || isPooling(node.op())) {
      return node.inputs().stream()
          .map(this::runs)
          .max(Comparator.comparingInt(List::size))
          .orElse(List.of());
    }
    return List.of();
  }

  private List<Activation> chosen(List<Variable> made) {
    Map<ChannelSpace, List<Activation>> bent = new LinkedHashMap<>();
    Map<ChannelSpace, List<Activation>> plain = new LinkedHashMap<>();
    for (Variable value : made) {
      Op op = value.node().op();
      boolean product = op instanceof Linear || op instanceof Conv2d;
      if (isNonLinear(op) || (product || isPointwise(op)) && leaves(value)) {
        for (Run run : runs(value)) {
          (isNonLinear(op) ? bent : plain)
              .computeIfAbsent(run.space, _ -> new ArrayList<>())
              .add(new Activation(run.space, value, run.axis, run.offset, isRectifier(op)));
        }
      }
    }
    plain.keySet().removeAll(bent.keySet());
    List<Activation> all = new ArrayList<>();
    bent.values().forEach(all::addAll);
    plain.values().forEach(all::addAll);
    all.sort(Comparator.comparingLong(a -> a.value.node().order()));
    return List.copyOf(all);
  }

  /** Whether something other than a pointwise operation reads a value, or nothing at all. */
  private boolean leaves(Variable value) {
    List<Variable> by = readers.getOrDefault(value, List.of());
    return by.isEmpty() || by.stream().anyMatch(reader -> !isPointwise(reader.node().op()));
  }

  /** The value behind all pointwise operations that follow one by one. */
  Variable behindPointwise(Variable value) {
    Variable last = value;
    List<Variable> by = readers.getOrDefault(last, List.of());
    while (by.size() == 1
        && isPointwise(by.getFirst().node().op())
        && !isSum(by.getFirst().node().op())) {
      last = by.getFirst();
      by = readers.getOrDefault(last, List.of());
    }
    return last;
  }

  private static boolean isSum(Op op) {
    return op instanceof Add || op instanceof Sub || op instanceof AddRelu;
  }

  private static boolean isRectifier(Op op) {
    return op instanceof Relu
        || op instanceof AddRelu
        || op instanceof BatchNorm norm && norm.relu();
  }

  private static boolean isNonLinear(Op op) {
    return isRectifier(op)
        || op instanceof Gelu
        || op instanceof Silu
        || op instanceof Tanh
        || op instanceof Sigmoid;
  }

  private static boolean isPointwise(Op op) {
    return isNonLinear(op)
        || isSum(op)
        || op instanceof BatchNorm
        || op instanceof BatchNormInference
        || op instanceof MulScalar
        || op instanceof AddScalar;
  }

  private static boolean isPooling(Op op) {
    return op instanceof MaxPool2d || op instanceof AvgPool2d || op instanceof GlobalAvgPool2d;
  }

  /** The parameter behind an operand: itself, or what a soft mask looks through to; or null. */
  static Parameter parameterOf(Variable variable) {
    if (variable instanceof Parameter parameter) {
      return parameter;
    }
    return variable.node() != null && variable.node().op() instanceof Masked
        ? parameterOf(variable.node().inputs().getFirst())
        : null;
  }
}
