package dev.espalier.nn.optim;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Changes parameters in place by their gradients.
 *
 * <p>Hard masks need no extra pass: value, gradient and state are zero where the mask is, and every
 * rule here maps zeros to zeros. When a parameter's mask version changes, its state is masked once.
 * A parameter that hands out dense gradients under a hard mask has its gradient masked before the
 * step. PyTorch: {@code torch.optim.Optimizer}.
 */
public abstract class Optimizer {
  private List<ParameterGroup> groups;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Integer> maskVersions = new LinkedHashMap<>();
  private final Map<String, Map<String, Tensor>> state = new LinkedHashMap<>();
  private final Map<String, Long> steps = new LinkedHashMap<>();
  private double factor = 1;

  /**
   * An optimiser without state yet.
   *
   * @throws IllegalArgumentException if a name or a parameter is in two groups
   */
  protected Optimizer(List<ParameterGroup> groups) {
    this.groups = List.copyOf(groups);
    for (ParameterGroup group : groups) {
      group.parameters().forEach(this::add);
    }
  }

  private void add(String name, Parameter parameter) {
    boolean second = parameters.containsValue(parameter);
    if (parameters.put(name, parameter) != null || second) {
      throw new IllegalArgumentException(
          "optimizer: parameter '%s' is in two groups; put it into one".formatted(name));
    }
  }

  public List<ParameterGroup> groups() {
    return groups;
  }

  /** Multiplies every group's learning rate; a {@link LrSchedule} sets it before each step. */
  public void setLrFactor(double value) {
    factor = value;
  }

  public double lrFactor() {
    return factor;
  }

  /** One step for every parameter that has a gradient and is not frozen. */
  public void step() {
    for (ParameterGroup group : groups) {
      group.parameters().forEach((name, parameter) -> step(group, name, parameter));
    }
  }

  private void step(ParameterGroup group, String name, Parameter parameter) {
    if (parameter.grad() == null || parameter.isFrozen()) {
      return;
    }
    Tensor gradient = parameter.grad().tensor();
    Integer seen = maskVersions.put(name, parameter.maskVersion());
    boolean changed = seen == null || seen != parameter.maskVersion();
    if (isHard(parameter) && (changed || !parameter.isGradientMasked())) {
      parameter.mask().applyInPlace(gradient); // it may be older than the mask
    }
    if (isHard(parameter) && changed) {
      maskState(name, parameter);
    }
    long step = steps.merge(name, 1L, Long::sum);
    Mask mask = isHard(parameter) ? parameter.mask() : null;
    update(group, name, parameter.tensor(), gradient, mask, group.lr() * factor, step);
  }

  private static boolean isHard(Parameter parameter) {
    return parameter.mask() != null && parameter.maskMode() == Parameter.MaskMode.HARD;
  }

  private void maskState(String name, Parameter parameter) {
    state.getOrDefault(name, Map.of()).values().forEach(parameter.mask()::applyInPlace);
  }

  /**
   * Updates one parameter.
   *
   * @param mask outside which value, gradient and state are zero, or null
   * @param lr the learning rate after the schedule
   * @param step how many steps this parameter has had, counting this one
   */
  protected abstract void update(
      ParameterGroup group,
      String name,
      Tensor value,
      Tensor gradient,
      Mask mask,
      double lr,
      long step);

  /** The keys that {@link #update} asks {@link #state} for. */
  protected abstract List<String> stateKeys();

  /** A state tensor of a parameter, zeros at first. */
  protected final Tensor state(String name, String key, Tensor like) {
    return state
        .computeIfAbsent(name, _ -> new LinkedHashMap<>())
        .computeIfAbsent(key, _ -> Scope.detach(Tensor.zerosLike(like)));
  }

  /** Drops all gradients. */
  public void zeroGrad() {
    groups.forEach(group -> group.parameters().values().forEach(Parameter::zeroGrad));
  }

  /** State tensors as {@code name/key}, live, for a checkpoint. */
  public Map<String, Tensor> stateTensors() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    state.forEach(
        (name, entries) -> entries.forEach((key, tensor) -> all.put(name + "/" + key, tensor)));
    return all;
  }

  /** Steps taken per parameter, for a checkpoint. */
  public Map<String, Long> stepCounts() {
    return new LinkedHashMap<>(steps);
  }

  /**
   * Restores what {@link #stateTensors} and {@link #stepCounts} gave; the tensors are copied and
   * hard masks applied to them.
   *
   * @throws IllegalArgumentException with all {@link #differences}; nothing is changed then
   */
  public void restore(Map<String, Tensor> tensors, Map<String, Long> stepCounts) {
    List<String> differences = differences(tensors, stepCounts);
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException("optimizer: " + String.join("; ", differences));
    }
    reset();
    steps.putAll(stepCounts);
    for (String name : stepCounts.keySet()) {
      Map<String, Tensor> entries = new LinkedHashMap<>();
      for (String key : stateKeys()) {
        entries.put(key, Scope.detach(tensors.get(name + '/' + key).copy()));
      }
      state.put(name, entries);
      Parameter parameter = parameters.get(name);
      maskVersions.put(name, parameter.maskVersion());
      if (isHard(parameter)) {
        maskState(name, parameter); // the mask may have been set after the last step
      }
    }
  }

  /** Why {@link #restore} would refuse a state; empty if it would not. */
  public List<String> differences(Map<String, Tensor> tensors, Map<String, Long> stepCounts) {
    List<String> found = new ArrayList<>();
    Set<String> wanted = new LinkedHashSet<>();
    stepCounts.forEach(
        (name, count) -> {
          if (!parameters.containsKey(name) || count < 1) {
            found.add("%s steps of '%s' belong to no parameter here".formatted(count, name));
          } else {
            stateKeys().forEach(key -> wanted.add(name + '/' + key));
          }
        });
    wanted.stream()
        .filter(path -> !tensors.containsKey(path))
        .forEach(path -> found.add("state '%s' is missing".formatted(path)));
    tensors.forEach(
        (path, tensor) -> {
          if (!wanted.contains(path)) {
            found.add("state '%s' is not one of %s".formatted(path, getClass().getSimpleName()));
          } else {
            checkLike(
                parameters.get(path.substring(0, path.lastIndexOf('/'))), path, tensor, found);
          }
        });
    return found;
  }

  private static void checkLike(
      Parameter parameter, String path, Tensor tensor, List<String> found) {
    if (!tensor.shape().equals(parameter.shape()) || tensor.dtype() != parameter.dtype()) {
      found.add(
          "state '%s' is %s %s but the parameter %s %s"
              .formatted(
                  path, tensor.dtype(), tensor.shape(), parameter.dtype(), parameter.shape()));
    }
  }

  /**
   * Changes the state of a parameter as its value was changed: called after {@link
   * Parameter#replace} with what makes a state tensor of the new shape from one of the old.
   */
  public void changeState(Parameter parameter, UnaryOperator<Tensor> change) {
    parameters.forEach(
        (name, mine) -> {
          if (mine == parameter) {
            state
                .getOrDefault(name, Map.of())
                .replaceAll(
                    (_, old) -> {
                      Tensor changed = Scope.detach(change.apply(old));
                      old.close();
                      return changed;
                    });
          }
        });
  }

  /** Drops parameters that the model has no more, with their state. */
  public void forget(Collection<Parameter> gone) {
    groups =
        groups.stream()
            .map(
                group -> {
                  Map<String, Parameter> left = new LinkedHashMap<>(group.parameters());
                  left.values().removeIf(gone::contains);
                  return new ParameterGroup(left, group.lr(), group.weightDecay());
                })
            .toList();
    for (String name : List.copyOf(parameters.keySet())) {
      if (gone.contains(parameters.get(name))) {
        parameters.remove(name);
        steps.remove(name);
        maskVersions.remove(name);
        Map<String, Tensor> entries = state.remove(name);
        if (entries != null) {
          entries.values().forEach(Tensor::close);
        }
      }
    }
  }

  /** Forgets all state, as if newly made; for rewinding. */
  public void reset() {
    state.values().forEach(entries -> entries.values().forEach(Tensor::close));
    state.clear();
    steps.clear();
    maskVersions.clear();
  }
}
