package dev.espalier.nn;

import dev.espalier.autograd.Variable;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A named tree of parameters, buffers and child modules with a forward function.
 *
 * <p>Names are joined by dots as in a PyTorch state dict ({@code features.0.weight}). PyTorch:
 * {@code torch.nn.Module}.
 */
public abstract class Module {
  private final Map<String, Module> children = new LinkedHashMap<>();
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();
  private final Map<String, Generator> generators = new LinkedHashMap<>();
  private boolean training = true;

  /** A module in training mode, without parts yet. */
  protected Module() {}

  /** The output for an input. */
  public abstract Variable forward(Variable x);

  /** Registers a child. */
  protected final <M extends Module> M child(String name, M module) {
    checkName(name);
    children.put(name, module);
    return module;
  }

  /** Puts another module in a child's place, or nothing if null. */
  protected final void replaceChild(String name, Module other) {
    if (other == null) {
      children.remove(name);
    } else {
      children.put(name, other);
    }
  }

  /** Registers a parameter that takes over the tensor. */
  protected final Parameter parameter(String name, Tensor value) {
    checkName(name);
    var parameter = new Parameter(value);
    parameters.put(name, parameter);
    return parameter;
  }

  /**
   * Registers, or replaces, a tensor that is saved with the module but not trained; it is moved out
   * of every scope.
   */
  protected final Tensor buffer(String name, Tensor value) {
    if (!buffers.containsKey(name)) {
      checkName(name);
    }
    Tensor old = buffers.put(name, Scope.detach(value));
    if (old != null) {
      old.close();
    }
    return value;
  }

  /** Registers a generator that forward draws from, so that checkpoints save its state. */
  protected final Generator generator(String name, Generator generator) {
    checkName(name);
    generators.put(name, generator);
    return generator;
  }

  private void checkName(String name) {
    if (name.isEmpty() || name.indexOf('.') >= 0) {
      throw new IllegalArgumentException(
          "module: a name must be non-empty and without dots but is '" + name + "'");
    }
    if (children.containsKey(name)
        || parameters.containsKey(name)
        || buffers.containsKey(name)
        || generators.containsKey(name)) {
      throw new IllegalArgumentException(
          "module: '%s' is already registered in %s".formatted(name, getClass().getSimpleName()));
    }
  }

  /** The direct children by name. */
  public Map<String, Module> children() {
    return java.util.Collections.unmodifiableMap(children);
  }

  /** This module's own parameters by name, without its children's. */
  public Map<String, Parameter> ownParameters() {
    return java.util.Collections.unmodifiableMap(parameters);
  }

  /** All modules of the tree by dotted name, this one first under the empty name. */
  public Map<String, Module> namedModules() {
    Map<String, Module> all = new LinkedHashMap<>();
    walk(
        "",
        (prefix, module) ->
            all.put(prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1), module));
    return all;
  }

  /** All parameters of the tree by dotted name. */
  public Map<String, Parameter> namedParameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    walk("", (prefix, module) -> module.parameters.forEach((name, p) -> all.put(prefix + name, p)));
    return all;
  }

  /** All buffers of the tree by dotted name. */
  public Map<String, Tensor> namedBuffers() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    walk("", (prefix, module) -> module.buffers.forEach((name, b) -> all.put(prefix + name, b)));
    return all;
  }

  /** All generators of the tree by dotted name. */
  public Map<String, Generator> namedGenerators() {
    Map<String, Generator> all = new LinkedHashMap<>();
    walk("", (prefix, module) -> module.generators.forEach((name, g) -> all.put(prefix + name, g)));
    return all;
  }

  /** All parameters of the tree; one that has several names, as shared layers have, once. */
  public List<Parameter> parameters() {
    return namedParameters().values().stream().distinct().toList();
  }

  private void walk(String prefix, BiConsumer<String, Module> visit) {
    visit.accept(prefix, this);
    children.forEach((name, child) -> child.walk(prefix + name + ".", visit));
  }

  /** Switches the whole tree to training or evaluation behaviour (dropout, batch-norm). */
  public Module train(boolean on) {
    walk("", (_, module) -> module.training = on);
    return this;
  }

  public Module train() {
    return train(true);
  }

  public Module eval() {
    return train(false);
  }

  /** Gives a tree of modules back the modes it had. */
  public interface ModeGuard extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Evaluation behaviour of the whole tree until closed; then every module has its own mode back.
   */
  public ModeGuard evaluating() {
    Map<Module, Boolean> before = new LinkedHashMap<>();
    walk("", (_, module) -> before.put(module, module.training));
    eval();
    return () -> before.forEach((module, mode) -> module.training = mode);
  }

  public boolean training() {
    return training;
  }

  public void zeroGrad() {
    parameters().forEach(Parameter::zeroGrad);
  }

  /** Parameters and buffers by dotted name, in PyTorch's order; the live tensors, not copies. */
  public Map<String, Tensor> stateDict() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    walk(
        "",
        (prefix, module) -> {
          module.parameters.forEach((name, p) -> state.put(prefix + name, p.tensor()));
          module.buffers.forEach((name, b) -> state.put(prefix + name, b));
        });
    return state;
  }

  /**
   * Copies values into the parameters and buffers, converting types and from any device; hard masks
   * are applied again.
   *
   * @throws IllegalArgumentException listing every missing, unexpected or wrongly shaped name;
   *     nothing is changed then
   */
  public void loadStateDict(Map<String, Tensor> state) {
    Map<String, Tensor> mine = stateDict();
    List<String> problems = new ArrayList<>();
    mine.forEach(
        (name, tensor) -> {
          Tensor given = state.get(name);
          if (given == null) {
            problems.add("missing '" + name + "' " + tensor.shape());
          } else if (!given.shape().equals(tensor.shape())) {
            problems.add(
                "'%s' has shape %s but %s is needed"
                    .formatted(name, given.shape(), tensor.shape()));
          }
        });
    state.keySet().stream()
        .filter(name -> !mine.containsKey(name))
        .forEach(name -> problems.add("unexpected '" + name + "'"));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("loadStateDict: " + String.join("; ", problems));
    }
    mine.forEach(
        (name, tensor) -> {
          try (Tensor here = state.get(name).to(tensor.device())) {
            tensor.copyFrom(here);
          }
        });
    for (Parameter parameter : parameters()) {
      if (parameter.mask() != null && parameter.maskMode() == Parameter.MaskMode.HARD) {
        parameter.mask().applyInPlace(parameter.tensor());
      }
    }
  }

  /** Where the first parameter lies, which inputs must share; the CPU if there is none. */
  public Device device() {
    return parameters().stream()
        .findFirst()
        .map(parameter -> parameter.tensor().device())
        .orElse(Device.CPU);
  }

  /** Converts parameters and floating buffers to another type. */
  public Module to(DType type) {
    return replaceTensors(tensor -> tensor.dtype() != type, tensor -> tensor.to(type));
  }

  /**
   * Moves parameters and floating buffers to a device. Counters stay where they are: it is the host
   * that counts.
   */
  public Module to(Device device) {
    return replaceTensors(tensor -> !tensor.device().equals(device), tensor -> tensor.to(device));
  }

  private Module replaceTensors(Predicate<Tensor> which, UnaryOperator<Tensor> replacement) {
    walk(
        "",
        (_, module) -> {
          module.parameters.values().stream()
              .filter(parameter -> which.test(parameter.tensor()))
              .forEach(parameter -> replace(parameter, replacement.apply(parameter.tensor())));
          for (String name : List.copyOf(module.buffers.keySet())) {
            Tensor old = module.buffers.get(name);
            if (old.dtype().isFloating() && which.test(old)) {
              module.buffer(name, replacement.apply(old));
              module.bufferReplaced(name, module.buffers.get(name));
            }
          }
        });
    return this;
  }

  /** Called when {@link #to} replaced a buffer, for modules that hold it in a field. */
  protected void bufferReplaced(String name, Tensor value) {}

  private static void replace(Parameter parameter, Tensor value) {
    var mask = parameter.mask();
    var mode = parameter.maskMode();
    parameter.replace(value);
    if (mask != null) {
      parameter.setMask(mask, mode);
    }
  }

  /** Frees every parameter and buffer; the module cannot be used any more. */
  public void close() {
    stateDict().values().forEach(Tensor::close);
    zeroGrad();
  }

  /** A line for printing: type and attributes. */
  @Override
  public String toString() {
    return getClass().getSimpleName();
  }
}
