package dev.espalier.prune.surgery;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.LayerNorm;
import dev.espalier.prune.surgery.ParameterAxes.Axis;
import dev.espalier.tensor.ConvSpec;
import java.util.ArrayList;
import java.util.List;

/** What layers with parameters do to channels: products make new ones, normalisations pass them. */
final class ProductRules {
  private final ChannelFlow flow;

  ProductRules(ChannelFlow flow) {
    this.flow = flow;
  }

  /** {@code y[…, o] = Σ_i x[…, i] W[o, i] + b[o]}. */
  Layout linear(Node node, Variable result) {
    List<Parameter> own = ownParameters(node);
    if (own == null) {
      return flow.unknown(node, result);
    }
    Layout x = flow.layout(node.inputs().getFirst());
    int last = x.rank() - 1;
    read(node, x, last, own.getFirst(), 1);
    return carried(x, own.size() > 1).with(last, made(own).labels, emptied(own));
  }

  Layout convolution(Node node, Variable result, ConvSpec spec) {
    List<Parameter> own = ownParameters(node);
    if (own == null) {
      return flow.unknown(node, result);
    }
    Layout x = flow.settled(node, flow.layout(node.inputs().getFirst()), 2, 3);
    Parameter weight = own.getFirst();
    Axis made = made(own);
    int groups = spec.groups();
    int inputs = weight.dim(1);
    int outputs = weight.dim(0) / groups;
    if (groups == 1) {
      read(node, x, 1, weight, 1);
    } else if (x.labels()[1] == null) {
      flow.fix(node, made);
      flow.fix(node, flow.parameters.of(weight, 1));
    } else if (groups <= Math.max(inputs, outputs)) {
      equalShares(x, weight, made, groups);
    } else if (flow.parameters.isOf(Conv2d.class, weight)) {
      wholeGroups(x.labels()[1], made, groups, inputs, outputs);
    } else {
      String what = "a grouped convolution whose number of groups is in no Conv2d";
      flow.channels.fix(x.labels()[1], flow.reason(node, what));
      flow.channels.fix(made.labels, flow.reason(node, what));
    }
    return carried(x, own.size() > 1).with(1, made.labels, emptied(own));
  }

  /** Every group loses the channels at the same places, so that groups stay as large as others. */
  private void equalShares(Layout x, Parameter weight, Axis made, int groups) {
    Axis read = flow.parameters.read(weight, 1, x.zero()[1]);
    for (int i = 0; i < x.labels()[1].length; i++) {
      flow.channels.join(x.labels()[1][i], read.labels[i % read.labels.length]);
    }
    int outputs = made.labels.length / groups;
    for (int i = outputs; i < made.labels.length; i++) {
      flow.channels.join(made.labels[i], made.labels[i % outputs]);
    }
  }

  /** Groups go as wholes, with all they read and make. A depthwise convolution has one of each. */
  private void wholeGroups(int[] x, Axis made, int groups, int inputs, int outputs) {
    for (int group = 0; group < groups; group++) {
      for (int i = 0; i < inputs; i++) {
        flow.channels.join(x[group * inputs], x[group * inputs + i]);
      }
      for (int o = 0; o < outputs; o++) {
        flow.channels.join(x[group * inputs], made.labels[group * outputs + o]);
      }
    }
    made.rowsPerGroup = outputs;
  }

  /**
   * {@code a b}, of rank 2 or 3. A right operand that is a parameter reads and makes channels;
   * between activations the axis summed over may hold none, since its extent often scales the sum.
   */
  Layout matmul(Node node, Variable result) {
    Variable left = node.inputs().get(0);
    Variable right = node.inputs().get(1);
    Parameter weight = flow.parameterOf(right);
    Layout a = flow.layout(left);
    int last = a.rank() - 1;
    if (weight != null && last == 1 && flow.parameterOf(left) == null) {
      read(node, a, 1, weight, 0);
      Axis columns = flow.parameters.made(weight, 1);
      return carried(a, false).with(1, columns.labels, ZeroWhen.emptied(columns));
    }
    a = flow.settled(node, a, last);
    Layout b = flow.settled(node, flow.layout(right), last - 1);
    Layout made = a.with(last, b.labels()[last], b.zero()[last]);
    if (last == 2) {
      int[] aBatch = a.labels()[0];
      int[] bBatch = b.labels()[0];
      if (aBatch != null && bBatch != null) {
        flow.channels.join(aBatch, bBatch);
        made = made.with(0, aBatch, a.zero()[0].or(b.zero()[0]));
      } else {
        flow.settled(node, a, 0);
        flow.settled(node, b, 0);
        made = made.with(0, null, ZeroWhen.NEVER);
      }
    }
    return made;
  }

  /** {@code y[…, d] = W[index[…], d]}: columns are channels, rows are found by their number. */
  Layout embedding(Node node, Variable result) {
    Parameter table = flow.parameterOf(node.inputs().getFirst());
    if (table == null || table.shape().rank() != 2) {
      return flow.unknown(node, result);
    }
    String rows = "the rows of '%s' are found by number".formatted(flow.parameters.name(table));
    flow.channels.fix(flow.parameters.of(table, 0).labels, rows);
    int rank = result.shape().rank();
    Axis columns = flow.parameters.made(table, 1);
    return Layout.none(rank).with(rank - 1, columns.labels, ZeroWhen.emptied(columns));
  }

  /** A normalisation of axis 1; a channel whose scale and shift are masked is zero. */
  Layout batchNorm(Node node, Variable result) {
    List<Parameter> own = ownParameters(node);
    if (own == null) {
      return flow.unknown(node, result);
    }
    Layout x = flow.layout(node.inputs().getFirst());
    for (int axis = 2; axis < x.rank(); axis++) {
      x = flow.settled(node, x, axis);
    }
    x = flow.settled(node, x, 0);
    return normalised(node, x, 1, own, flow.parameters.isOf(BatchNorm.class, own.getFirst()));
  }

  /**
   * A normalisation over the last axis. Its mean and variance count emptied channels as zeros, and
   * {@link LayerNorm} still does when they are gone; so they must have been zeros before.
   */
  Layout layerNorm(Node node, Variable result) {
    List<Parameter> own = ownParameters(node);
    if (own == null) {
      return flow.unknown(node, result);
    }
    Layout x = flow.layout(node.inputs().getFirst());
    int last = x.rank() - 1;
    boolean safe =
        x.zero()[last].isPossible() && flow.parameters.isOf(LayerNorm.class, own.getFirst());
    if (x.labels()[last] != null) {
      flow.channels.read(x.labels()[last], new ChannelRead(null, x.zero()[last]));
    }
    return normalised(node, carried(x, true), last, own, safe);
  }

  private Layout normalised(Node node, Layout x, int axis, List<Parameter> own, boolean safe) {
    Layout made = safe ? x : flow.settled(node, x, axis);
    for (Parameter parameter : own) {
      Axis ownAxis = flow.parameters.made(parameter, 0);
      if (made.labels()[axis] == null) {
        flow.fix(node, ownAxis);
      } else {
        flow.channels.join(made.labels()[axis], ownAxis.labels);
      }
    }
    return made.with(axis, made.labels()[axis], emptied(own));
  }

  private void read(Node node, Layout x, int xAxis, Parameter weight, int axis) {
    Axis read = flow.parameters.read(weight, axis, x.zero()[xAxis]);
    if (x.labels()[xAxis] == null) {
      flow.fix(node, read);
    } else {
      flow.channels.join(x.labels()[xAxis], read.labels);
    }
  }

  /** The rows of a weight, and the bias that goes with them. */
  private Axis made(List<Parameter> own) {
    Axis rows = flow.parameters.made(own.getFirst(), 0);
    for (Parameter bias : own.subList(1, own.size())) {
      flow.channels.join(rows.labels, flow.parameters.made(bias, 0).labels);
    }
    return rows;
  }

  /** Zero where the rows of the weight and of what is added to them are. */
  private ZeroWhen emptied(List<Parameter> own) {
    return ZeroWhen.emptied(
        own.stream().map(parameter -> flow.parameters.of(parameter, 0)).toArray(Axis[]::new));
  }

  /** Other axes keep their channels; what is added to all of them alike makes them non-zero. */
  private static Layout carried(Layout x, boolean shifted) {
    return shifted ? x.nowhereZero() : x;
  }

  /** The operands after the first, or null if one is no parameter. */
  private List<Parameter> ownParameters(Node node) {
    List<Parameter> own = new ArrayList<>();
    for (Variable operand : node.inputs().subList(1, node.inputs().size())) {
      Parameter parameter = flow.parameterOf(operand);
      if (parameter == null) {
        return null;
      }
      own.add(parameter);
    }
    return own;
  }
}
