package dev.espalier.prune.surgery;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Abs;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AddRelu;
import dev.espalier.autograd.op.AddScalar;
import dev.espalier.autograd.op.AvgPool2d;
import dev.espalier.autograd.op.BatchNorm;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Concat;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Erf;
import dev.espalier.autograd.op.Exp;
import dev.espalier.autograd.op.Expand;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.GatherRows;
import dev.espalier.autograd.op.Gelu;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.LayerNorm;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.LogSoftmax;
import dev.espalier.autograd.op.Masked;
import dev.espalier.autograd.op.MatMul;
import dev.espalier.autograd.op.Max;
import dev.espalier.autograd.op.MaxPool2d;
import dev.espalier.autograd.op.Maximum;
import dev.espalier.autograd.op.Mul;
import dev.espalier.autograd.op.MulScalar;
import dev.espalier.autograd.op.Narrow;
import dev.espalier.autograd.op.PadAxis;
import dev.espalier.autograd.op.Permute;
import dev.espalier.autograd.op.PowScalar;
import dev.espalier.autograd.op.Relu;
import dev.espalier.autograd.op.Reshape;
import dev.espalier.autograd.op.Sigmoid;
import dev.espalier.autograd.op.Silu;
import dev.espalier.autograd.op.Softmax;
import dev.espalier.autograd.op.Sub;
import dev.espalier.autograd.op.Sum;
import dev.espalier.autograd.op.Tanh;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Follows channels through the operations of one forward pass: the rules of {@link ChannelGraph}.
 *
 * <p>An axis whose channels an operation cannot pass on is <em>settled</em>: they are fixed, with
 * the reason, and the operation's result has no channels there.
 */
final class ChannelFlow {
  final ChannelLabels channels = new ChannelLabels();
  final ParameterAxes parameters;
  private final IdentityHashMap<Variable, Layout> layouts = new IdentityHashMap<>();
  private final ProductRules products;
  private Variable input;

  ChannelFlow(Module module) {
    parameters = new ParameterAxes(module, channels);
    products = new ProductRules(this);
  }

  /** The model's input: its features, axis 1 of rows and images and the last one of sequences. */
  void start(Variable modelInput) {
    input = modelInput;
    int rank = input.shape().rank();
    Layout layout = Layout.none(rank);
    if (input.dtype().isFloating()) {
      int axis = rank == 3 ? 2 : 1;
      int[] labels = channels.fresh(input.dim(axis));
      channels.fix(labels, "the model's input");
      layout = layout.with(axis, labels, ZeroWhen.NEVER);
    }
    layouts.put(input, layout);
  }

  void end(Variable output) {
    Layout layout = layout(output);
    for (int axis = 0; axis < layout.rank(); axis++) {
      fix(layout, axis, "the model's output");
    }
  }

  void visit(Variable result) {
    layouts.put(result, result(result.node(), result));
  }

  private Layout result(Node node, Variable result) {
    List<Variable> in = node.inputs();
    return switch (node.op()) {
      case Conv2d(ConvSpec spec, _) -> products.convolution(node, result, spec);
      case Linear _ -> products.linear(node, result);
      case MatMul _ -> products.matmul(node, result);
      case GatherRows _ -> products.embedding(node, result);
      case BatchNorm _, BatchNormInference _ -> products.batchNorm(node, result);
      case LayerNorm _ -> products.layerNorm(node, result);
      case Relu _, Gelu _, Silu _, Tanh _, Abs _, Erf _, MulScalar _ -> layout(in.getFirst());
      case PowScalar(double exponent) when exponent > 0 -> layout(in.getFirst());
      case Sigmoid _, Exp _, AddScalar _ -> layout(in.getFirst()).nowhereZero();
      case Softmax _, LogSoftmax _ ->
          settled(node, layout(in.getFirst()), result.shape().rank() - 1).nowhereZero();
      case MaxPool2d _, AvgPool2d _ -> settled(node, layout(in.getFirst()), 2, 3);
      case GlobalAvgPool2d _ -> settled(node, layout(in.getFirst()), 2, 3);
      case Add _, Sub _, AddRelu _, Maximum _ -> elementwise(node, result.shape(), false);
      case Mul _ -> elementwise(node, result.shape(), true);
      case Concat(int axis) -> joined(node, result.shape().axis(axis));
      case Flatten _ -> reshaped(node, result.shape(), 1);
      case Reshape(int[] dims) ->
          reshaped(node, result.shape(), Arrays.stream(dims).boxed().toList().indexOf(-1));
      case Permute(int[] order) -> permuted(layout(in.getFirst()), order);
      case Narrow(int axis, _, _) -> settled(node, layout(in.getFirst()), axis);
      case PadAxis(int axis, _, _) -> settled(node, layout(in.getFirst()), axis);
      case Max(int axis, boolean keepDims) ->
          without(settled(node, layout(in.getFirst()), axis), keepDims, axis);
      case Sum(boolean[] axes, boolean keepDims) -> {
        int[] summed = IntStream.range(0, axes.length).filter(i -> axes[i]).toArray();
        yield without(settled(node, layout(in.getFirst()), summed), keepDims, summed);
      }
      case Expand _ -> {
        Layout x = layout(in.getFirst());
        settled(node, x, IntStream.range(0, x.rank()).toArray());
        yield Layout.none(result.shape().rank());
      }
      case Masked _ when parameterOf(result) != null -> Layout.none(result.shape().rank());
      default -> unknown(node, result);
    };
  }

  /** The axes of an operand that run over channels. */
  Layout layout(Variable operand) {
    Parameter parameter = parameterOf(operand);
    return parameter != null
        ? parameters.operand(parameter)
        : layouts.getOrDefault(operand, Layout.none(operand.shape().rank()));
  }

  /** An operation without a rule fixes everything that flows into it. */
  Layout unknown(Node node, Variable result) {
    for (Variable operand : node.inputs()) {
      Layout layout = layout(operand);
      settled(node, layout, IntStream.range(0, layout.rank()).toArray());
    }
    return Layout.none(result.shape().rank());
  }

  /** Fixes the channels of some axes: the operation mixes them, or reads them by their number. */
  Layout settled(Node node, Layout layout, int... axes) {
    Layout left = layout;
    for (int axis : axes) {
      if (layout.labels()[axis] != null) {
        fix(layout, axis, reason(node));
        left = left.with(axis, null, ZeroWhen.NEVER);
      }
    }
    return left;
  }

  private void fix(Layout layout, int axis, String reason) {
    int[] labels = layout.labels()[axis];
    if (labels != null) {
      channels.fix(labels, reason);
      channels.read(labels, new ChannelRead(null, layout.zero()[axis]));
    }
  }

  /** Fixes an axis of a parameter that meets channels which cannot be followed. */
  void fix(Node node, ParameterAxes.Axis axis) {
    channels.fix(axis.labels, reason(node));
  }

  String reason(Node node) {
    return reason(node, "operation '%s'".formatted(node.op().name()));
  }

  String reason(Node node, String what) {
    return "%s (on the path %s)"
        .formatted(what, new LayerPath(this::parameterOf, parameters::layer, input).to(node));
  }

  /**
   * Channel by channel, with broadcasting.
   *
   * @param either whether one operand that is zero is enough
   */
  private Layout elementwise(Node node, Shape shape, boolean either) {
    Variable left = node.inputs().get(0);
    Variable right = node.inputs().get(1);
    Layout made = Layout.none(shape.rank());
    for (int axis = 0; axis < shape.rank(); axis++) {
      int a = axis - shape.rank() + left.shape().rank();
      int b = axis - shape.rank() + right.shape().rank();
      boolean aSpans = a >= 0 && left.dim(a) == shape.dim(axis);
      boolean bSpans = b >= 0 && right.dim(b) == shape.dim(axis);
      int[] aLabels = aSpans ? layout(left).labels()[a] : null;
      int[] bLabels = bSpans ? layout(right).labels()[b] : null;
      if (aLabels != null && bLabels != null) {
        channels.join(aLabels, bLabels);
        ZeroWhen aZero = layout(left).zero()[a];
        ZeroWhen bZero = layout(right).zero()[b];
        made = made.with(axis, aLabels, either ? aZero.or(bZero) : aZero.and(bZero));
      } else if (aLabels != null) {
        ZeroWhen zero = either ? layout(left).zero()[a] : ZeroWhen.NEVER;
        made = besideNoChannels(node, made, axis, aLabels, bSpans, zero);
      } else if (bLabels != null) {
        ZeroWhen zero = either ? layout(right).zero()[b] : ZeroWhen.NEVER;
        made = besideNoChannels(node, made, axis, bLabels, aSpans, zero);
      }
    }
    return made;
  }

  /** Channels meet something that is the same for all of them, or has an extent that stays. */
  private Layout besideNoChannels(
      Node node, Layout made, int axis, int[] labels, boolean otherSpans, ZeroWhen zero) {
    if (otherSpans && labels.length > 1) {
      channels.fix(labels, reason(node));
      return made;
    }
    return made.with(axis, labels, zero);
  }

  private Layout joined(Node node, int axis) {
    List<Layout> parts = node.inputs().stream().map(this::layout).toList();
    Layout made = parts.getFirst();
    for (int other = 0; other < made.rank(); other++) {
      int at = other;
      boolean all = parts.stream().allMatch(part -> part.labels()[at] != null);
      ZeroWhen zero =
          parts.stream().map(part -> part.zero()[at]).reduce(ZeroWhen::and).orElseThrow();
      if (other == axis) {
        made = made.with(axis, endToEnd(node, parts, axis), zero);
      } else if (all) {
        int[] first = made.labels()[at];
        parts.forEach(part -> channels.join(first, part.labels()[at]));
        made = made.with(at, first, zero);
      } else {
        parts.forEach(part -> settled(node, part, at));
        made = made.with(at, null, ZeroWhen.NEVER);
      }
    }
    return made;
  }

  private int[] endToEnd(Node node, List<Layout> parts, int axis) {
    if (parts.stream().allMatch(part -> part.labels()[axis] == null)) {
      return null;
    }
    var labels = IntStream.builder();
    for (int i = 0; i < parts.size(); i++) {
      int[] known = parts.get(i).labels()[axis];
      if (known == null) {
        known = channels.fresh(node.inputs().get(i).dim(axis));
        channels.fix(known, reason(node));
      }
      Arrays.stream(known).forEach(labels::add);
    }
    return labels.build().toArray();
  }

  private Layout reshaped(Node node, Shape shape, int inferred) {
    Variable operand = node.inputs().getFirst();
    Layout from = layout(operand);
    var result = ReshapedAxes.of(channels, from, operand.shape(), shape, inferred);
    for (int axis = 0; axis < from.rank(); axis++) {
      if (result.lost()[axis]) {
        String what =
            "operation '%s' to %s: %s"
                .formatted(node.op().name(), shape, result.refusal().orElseThrow());
        fix(from, axis, reason(node, what));
      }
    }
    return result.layout();
  }

  private static Layout permuted(Layout from, int[] order) {
    Layout made = Layout.none(order.length);
    for (int axis = 0; axis < order.length; axis++) {
      made = made.with(axis, from.labels()[order[axis]], from.zero()[order[axis]]);
    }
    return made;
  }

  private static Layout without(Layout from, boolean keepDims, int... axes) {
    int[] kept =
        IntStream.range(0, from.rank())
            .filter(axis -> keepDims || IntStream.of(axes).noneMatch(gone -> gone == axis))
            .toArray();
    return permuted(from, kept);
  }

  /** The parameter behind an operand: itself, or what a soft mask looks through to. */
  Parameter parameterOf(Variable variable) {
    if (variable instanceof Parameter parameter) {
      return parameter;
    }
    return variable.node() != null && variable.node().op() instanceof Masked
        ? parameterOf(variable.node().inputs().getFirst())
        : null;
  }
}
