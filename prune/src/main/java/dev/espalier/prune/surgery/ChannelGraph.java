package dev.espalier.prune.surgery;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Node;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AvgPool2d;
import dev.espalier.autograd.op.BatchNorm;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Concat;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.Gelu;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.Masked;
import dev.espalier.autograd.op.MaxPool2d;
import dev.espalier.autograd.op.MulScalar;
import dev.espalier.autograd.op.Relu;
import dev.espalier.autograd.op.Silu;
import dev.espalier.autograd.op.Sub;
import dev.espalier.autograd.op.Tanh;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Which parameters share which channels, found from the recorded graph of one forward pass.
 *
 * <p>Channels are axis 1 of every activation. A product layer reads its input's channels and makes
 * new ones; normalisation, pooling and activations that map 0 to 0 pass them on; an addition ties
 * both sides; a concatenation puts them one after the other. Channels that reach an operation which
 * is not known to do one of these are fixed, with the operation's name as the reason, and so are
 * the model's inputs and outputs.
 */
public final class ChannelGraph {
  /** A run of channels along axis 1 of an activation, each {@code repeat} elements wide. */
  private record Segment(ChannelSpace space, int repeat) {
    int width() {
      return space.channels() * repeat;
    }
  }

  private final IdentityHashMap<Variable, List<Segment>> layouts = new IdentityHashMap<>();
  private final IdentityHashMap<Parameter, String> names = new IdentityHashMap<>();
  private final IdentityHashMap<Variable, Integer> readers = new IdentityHashMap<>();
  private final List<ChannelSpace> spaces = new ArrayList<>();

  private ChannelGraph(Module module) {
    module.namedParameters().forEach((name, parameter) -> names.put(parameter, name));
  }

  /** The channel spaces of a module, in the order of the forward pass; fixed ones included. */
  public static List<ChannelSpace> of(Module module, Tensor example) {
    var graph = new ChannelGraph(module);
    try (var _ = module.evaluating();
        var _ = Scope.open("channel graph");
        var _ = Autograd.enableGrad()) {
      Variable input = Variable.leaf(example.alias());
      graph.start(input);
      Variable output = module.forward(input);
      graph.follow(output);
      graph.layout(output).forEach(segment -> segment.space.root().fix("the model's output"));
    }
    return graph.spaces.stream().filter(space -> space.root() == space).toList();
  }

  private void start(Variable input) {
    if (input.shape().rank() < 2) {
      throw new IllegalArgumentException(
          "channel graph: the example needs a batch and a channel axis but has shape "
              + input.shape());
    }
    ChannelSpace space = newSpace(input.dim(1));
    space.fix("the model's input");
    layouts.put(input, List.of(new Segment(space, 1)));
  }

  private void follow(Variable output) {
    List<Variable> made = Traversal.oldestFirst(output);
    for (Variable result : made) {
      result.node().inputs().forEach(operand -> readers.merge(operand, 1, Integer::sum));
    }
    made.forEach(result -> layouts.put(result, visit(result.node(), result)));
  }

  private List<Segment> visit(Node node, Variable result) {
    List<Variable> in = node.inputs();
    return switch (node.op()) {
      case Conv2d(ConvSpec spec, _) -> product(node, result, spec.groups());
      case Linear _ when result.shape().rank() == 2 -> product(node, result, 1);
      case BatchNorm _, BatchNormInference _ -> normalisation(node, result);
      case Relu _,
          Gelu _,
          Silu _,
          Tanh _,
          MulScalar _,
          MaxPool2d _,
          AvgPool2d _,
          GlobalAvgPool2d _ ->
          layout(in.getFirst());
      case Add _, Sub _ -> sum(node, result);
      case Flatten _ -> flattened(in.getFirst());
      case Concat(int axis) when result.shape().axis(axis) == 1 -> {
        List<Segment> joined = new ArrayList<>();
        in.forEach(part -> joined.addAll(layout(part)));
        yield joined;
      }
      case Masked _ when parameterOf(result) != null -> List.of();
      default -> unknown(node, result);
    };
  }

  /** A layer whose weight has the new channels in axis 0 and the old ones in axis 1. */
  private List<Segment> product(Node node, Variable result, int groups) {
    List<Variable> operands = node.inputs().subList(1, node.inputs().size());
    List<Segment> input = layout(node.inputs().getFirst());
    Parameter weight = parameterOf(operands.getFirst());
    if (weight == null
        || operands.stream().anyMatch(operand -> parameterOf(operand) == null)
        || groups == 1 && input.stream().mapToInt(Segment::width).sum() != weight.dim(1)) {
      return unknown(node, result);
    }
    List<Segment> made;
    String name = names.get(weight);
    if (groups > 1) {
      made = fixed(node, result, "'%s' is a grouped convolution".formatted(name));
    } else if (isShared(operands)) {
      made = fixed(node, result, "'%s' is used more than once".formatted(name));
    } else {
      tie(weight, 1, input, false);
      made = List.of(new Segment(newSpace(weight.dim(0)), 1));
    }
    operands.forEach(operand -> tie(parameterOf(operand), 0, made, true));
    return made;
  }

  private List<Segment> normalisation(Node node, Variable result) {
    List<Variable> operands = node.inputs().subList(1, node.inputs().size());
    if (operands.stream().anyMatch(operand -> parameterOf(operand) == null)) {
      return unknown(node, result);
    }
    if (isShared(operands)) {
      String name = names.get(parameterOf(operands.getFirst()));
      return fixed(node, result, "'%s' is used more than once".formatted(name));
    }
    List<Segment> input = layout(node.inputs().getFirst());
    operands.forEach(operand -> tie(parameterOf(operand), 0, input, true));
    return input;
  }

  /** Two uses of one parameter would be cut by two spaces that know nothing of each other. */
  private boolean isShared(List<Variable> operands) {
    return operands.stream()
        .anyMatch(o -> readers.get(o) > 1 || readers.getOrDefault(parameterOf(o), 1) > 1);
  }

  /** Makes an axis of a parameter a member of the spaces whose channels run along it. */
  private void tie(Parameter parameter, int axis, List<Segment> segments, boolean producer) {
    int offset = 0;
    for (Segment segment : segments) {
      segment
          .space
          .root()
          .add(
              new ChannelSpace.Member(
                  names.get(parameter), parameter, axis, offset, segment.repeat, producer));
      offset += segment.width();
    }
  }

  private List<Segment> sum(Node node, Variable result) {
    List<Segment> a = layout(node.inputs().get(0));
    List<Segment> b = layout(node.inputs().get(1));
    boolean alike = !a.isEmpty() && a.size() == b.size();
    for (int i = 0; alike && i < a.size(); i++) {
      alike =
          a.get(i).repeat == b.get(i).repeat
              && a.get(i).space.channels() == b.get(i).space.channels();
    }
    if (!alike) {
      return unknown(node, result);
    }
    for (int i = 0; i < a.size(); i++) {
      ChannelSpace.merge(a.get(i).space, b.get(i).space);
    }
    return a;
  }

  private List<Segment> flattened(Variable x) {
    int pixels = 1;
    for (int axis = 2; axis < x.shape().rank(); axis++) {
      pixels *= x.dim(axis);
    }
    int repeat = pixels;
    return layout(x).stream().map(s -> new Segment(s.space, s.repeat * repeat)).toList();
  }

  private List<Segment> unknown(Node node, Variable result) {
    return fixed(node, result, "operation '%s'".formatted(node.op().name()));
  }

  /** Fixes everything that flows into and out of an operation. */
  private List<Segment> fixed(Node node, Variable result, String reason) {
    for (Variable input : node.inputs()) {
      layout(input).forEach(segment -> segment.space.root().fix(reason));
    }
    if (result.shape().rank() < 2) {
      return List.of();
    }
    ChannelSpace space = newSpace(result.dim(1));
    space.fix(reason);
    return List.of(new Segment(space, 1));
  }

  private ChannelSpace newSpace(int channels) {
    var space = new ChannelSpace(channels);
    spaces.add(space);
    return space;
  }

  private List<Segment> layout(Variable variable) {
    return layouts.getOrDefault(variable, List.of());
  }

  /** The parameter behind an operand: itself, or what a soft mask looks through to. */
  private static Parameter parameterOf(Variable variable) {
    if (variable instanceof Parameter parameter) {
      return parameter;
    }
    return variable.node() != null && variable.node().op() instanceof Masked
        ? parameterOf(variable.node().inputs().getFirst())
        : null;
  }
}
