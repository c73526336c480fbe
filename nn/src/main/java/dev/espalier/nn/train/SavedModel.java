package dev.espalier.nn.train;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model's values and what is set on its parameters, by dotted name.
 *
 * @param tensors copies of the state dict
 * @param frozen parameters that get no gradient
 * @param denseGradient masked parameters that get a dense one
 */
record SavedModel(
    Map<String, Tensor> tensors,
    Map<String, SavedMask> masks,
    Set<String> frozen,
    Set<String> denseGradient) {
  /** A mask and how it acts. */
  record SavedMask(Mask mask, Parameter.MaskMode mode) {}

  static SavedModel of(Module module) {
    var saved =
        new SavedModel(
            copies(module.stateDict()),
            new LinkedHashMap<>(),
            new LinkedHashSet<>(),
            new LinkedHashSet<>());
    module
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.mask() != null) {
                saved.masks.put(name, new SavedMask(parameter.mask(), parameter.maskMode()));
              }
              if (parameter.isFrozen()) {
                saved.frozen.add(name);
              }
              if (parameter.denseGradient()) {
                saved.denseGradient.add(name);
              }
            });
    return saved;
  }

  /** Copies that belong to no scope. */
  static Map<String, Tensor> copies(Map<String, Tensor> tensors) {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> copies.put(name, Scope.detach(tensor.copy())));
    return copies;
  }

  List<String> differences(Module module) {
    List<String> found = new ArrayList<>();
    Map<String, Tensor> wanted = module.stateDict();
    wanted.forEach(
        (name, tensor) -> {
          Tensor given = tensors.get(name);
          if (given == null) {
            found.add("it has no '%s', which the model has".formatted(name));
          } else if (!given.shape().equals(tensor.shape()) || given.dtype() != tensor.dtype()) {
            found.add(
                "'%s' is %s %s but the model's is %s %s"
                    .formatted(name, given.dtype(), given.shape(), tensor.dtype(), tensor.shape()));
          }
        });
    tensors.keySet().stream()
        .filter(name -> !wanted.containsKey(name))
        .forEach(name -> found.add("it has '%s', which the model has not".formatted(name)));
    Set<String> parameters = module.namedParameters().keySet();
    for (Set<String> names : List.of(masks.keySet(), frozen, denseGradient)) {
      names.stream()
          .filter(name -> !parameters.contains(name))
          .forEach(name -> found.add("'%s' is no parameter of the model".formatted(name)));
    }
    return found;
  }

  /** The differences must have been checked. */
  void restoreInto(Module module) {
    module.parameters().forEach(Parameter::clearMask);
    module.loadStateDict(tensors);
    module
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              SavedMask saved = masks.get(name);
              if (saved != null) {
                parameter.setMask(saved.mask(), saved.mode());
              }
              parameter.setFrozen(frozen.contains(name));
              parameter.setDenseGradient(denseGradient.contains(name));
            });
  }
}
