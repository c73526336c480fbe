package dev.espalier.prune.surgery;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The axes of parameters that run over channels. One that is used twice has one set of labels. */
final class ParameterAxes {
  /** One axis of a parameter, and what the forward pass does with it. */
  static final class Axis {
    final String name;
    final Parameter parameter;
    final int axis;
    final int[] labels;
    boolean producer;
    boolean reader;
    boolean readsNonZero;
    int rowsPerGroup;

    private Axis(String name, Parameter parameter, int axis, int[] labels) {
      this.name = name;
      this.parameter = parameter;
      this.axis = axis;
      this.labels = labels;
    }
  }

  private final ChannelLabels channels;
  private final Map<Parameter, String> names = new LinkedHashMap<>();
  private final Map<Parameter, Module> owners = new LinkedHashMap<>();
  private final Map<Parameter, Axis[]> axes = new LinkedHashMap<>();
  private final List<Axis> inOrder = new ArrayList<>();

  ParameterAxes(Module module, ChannelLabels channels) {
    this.channels = channels;
    module.namedParameters().forEach((name, parameter) -> names.putIfAbsent(parameter, name));
    module
        .namedModules()
        .values()
        .forEach(part -> part.ownParameters().values().forEach(p -> owners.putIfAbsent(p, part)));
  }

  /** The axes seen so far, in the order in which the forward pass came to them. */
  Collection<Axis> all() {
    return inOrder;
  }

  /** The first dotted name of a parameter. */
  String name(Parameter parameter) {
    return names.getOrDefault(parameter, "a parameter outside the model");
  }

  /** The name of the layer that a parameter belongs to. */
  String layer(Parameter parameter) {
    String name = name(parameter);
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** Whether a parameter belongs to a module of a type. */
  boolean isOf(Class<? extends Module> type, Parameter parameter) {
    return type.isInstance(owners.get(parameter));
  }

  Axis of(Parameter parameter, int axis) {
    Axis[] known =
        axes.computeIfAbsent(parameter, p -> new Axis[Math.max(axis + 1, p.shape().rank())]);
    if (known[axis] == null) {
      known[axis] = new Axis(name(parameter), parameter, axis, channels.fresh(parameter.dim(axis)));
      inOrder.add(known[axis]);
      if (!names.containsKey(parameter)) {
        channels.fix(known[axis].labels, "it belongs to no module of the model");
      }
    }
    return known[axis];
  }

  /** An axis along which the parameter makes the channels. */
  Axis made(Parameter parameter, int axis) {
    Axis made = of(parameter, axis);
    made.producer = true;
    return made;
  }

  /**
   * An axis along which the parameter reads channels.
   *
   * @param zero when an emptied channel is zero there
   */
  Axis read(Parameter parameter, int axis, ZeroWhen zero) {
    Axis read = of(parameter, axis);
    read.reader = true;
    read.readsNonZero |= !zero.isPossible();
    channels.read(read.labels, new ChannelRead(read, zero));
    return read;
  }

  /**
   * A parameter that is used as if it were an activation (a gate, a position's embedding): it is
   * zero where it is masked, so it makes the channels of its axes.
   */
  Layout operand(Parameter parameter) {
    Layout layout = Layout.none(parameter.shape().rank());
    for (int axis = 0; axis < layout.rank(); axis++) {
      if (parameter.dim(axis) > 1) {
        Axis made = made(parameter, axis);
        layout = layout.with(axis, made.labels, ZeroWhen.emptied(made));
      }
    }
    return layout;
  }
}
