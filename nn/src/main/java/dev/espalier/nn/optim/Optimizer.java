package dev.espalier.nn.optim;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes parameters in place by their gradients.
 *
 * <p>Hard masks need no extra pass: value, gradient and state are zero where the mask is, and every
 * rule here maps zeros to zeros. When a parameter's mask version changes, its state is masked once.
 * A parameter that hands out dense gradients under a hard mask has its gradient masked before the
 * step. PyTorch: {@code torch.optim.Optimizer}.
 */
public abstract class Optimizer {
  private final List<ParameterGroup> groups;
  private final Map<String, Integer> maskVersions = new LinkedHashMap<>();
  private final Map<String, Map<String, Tensor>> state = new LinkedHashMap<>();
  private final Map<String, Long> steps = new LinkedHashMap<>();
  private double factor = 1;

  protected Optimizer(List<ParameterGroup> groups) {
    this.groups = List.copyOf(groups);
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
    boolean hard = parameter.mask() != null && parameter.maskMode() == Parameter.MaskMode.HARD;
    if (hard && parameter.denseGradient()) {
      parameter.mask().applyInPlace(gradient);
    }
    Integer seen = maskVersions.put(name, parameter.maskVersion());
    if (hard && seen != null && seen != parameter.maskVersion()) {
      state.getOrDefault(name, Map.of()).values().forEach(parameter.mask()::applyInPlace);
    }
    long step = steps.merge(name, 1L, Long::sum);
    update(group, name, parameter.tensor(), gradient, group.lr() * factor, step);
  }

  /**
   * Updates one parameter.
   *
   * @param lr the learning rate after the schedule
   * @param step how many steps this parameter has had, counting this one
   */
  protected abstract void update(
      ParameterGroup group, String name, Tensor value, Tensor gradient, double lr, long step);

  /** A state tensor of a parameter, zeros at first. */
  protected final Tensor state(String name, String key, Tensor like) {
    return state
        .computeIfAbsent(name, _ -> new LinkedHashMap<>())
        .computeIfAbsent(key, _ -> Scope.detach(Tensor.zeros(like.dtype(), like.shape())));
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

  /** Restores what {@link #stateTensors} and {@link #stepCounts} gave; the tensors are copied. */
  public void restore(Map<String, Tensor> tensors, Map<String, Long> stepCounts) {
    reset();
    tensors.forEach(
        (path, tensor) -> {
          int slash = path.lastIndexOf('/');
          Map<String, Parameter> known = new LinkedHashMap<>();
          groups.forEach(group -> known.putAll(group.parameters()));
          String name = slash < 0 ? path : path.substring(0, slash);
          if (slash < 0
              || !known.containsKey(name)
              || !known.get(name).shape().equals(tensor.shape())) {
            throw new IllegalArgumentException(
                "optimizer: state '%s' of shape %s fits no parameter"
                    .formatted(path, tensor.shape()));
          }
          state
              .computeIfAbsent(name, _ -> new LinkedHashMap<>())
              .put(path.substring(slash + 1), Scope.detach(tensor.copy()));
        });
    steps.putAll(stepCounts);
    groups.forEach(
        group -> group.parameters().forEach((name, p) -> maskVersions.put(name, p.maskVersion())));
  }

  /** Forgets all state, as if newly made; for rewinding. */
  public void reset() {
    state.values().forEach(entries -> entries.values().forEach(Tensor::close));
    state.clear();
    steps.clear();
    maskVersions.clear();
  }
}
