package dev.espalier.nn.train;

import dev.espalier.nn.Module;
import dev.espalier.tensor.Generator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * States of generators.
 *
 * @param ofModel those that the model's modules draw from, by dotted name
 * @param named those that the plan names
 */
record SavedGenerators(Map<String, Generator.State> ofModel, Map<String, Generator.State> named) {
  static SavedGenerators of(Module model, Map<String, Generator> named) {
    return new SavedGenerators(states(model.namedGenerators()), states(named));
  }

  private static Map<String, Generator.State> states(Map<String, Generator> generators) {
    Map<String, Generator.State> states = new LinkedHashMap<>();
    generators.forEach((name, generator) -> states.put(name, generator.state()));
    return states;
  }

  List<String> differences(Module model, Map<String, Generator> others) {
    List<String> found = new ArrayList<>();
    compare(found, "the model's generator", ofModel, states(model.namedGenerators()));
    compare(found, "generator", named, states(others));
    return found;
  }

  private static void compare(
      List<String> found,
      String what,
      Map<String, Generator.State> saved,
      Map<String, Generator.State> now) {
    saved.forEach(
        (name, state) -> {
          Generator.State other = now.get(name);
          if (other == null) {
            found.add("%s '%s' is missing".formatted(what, name));
          } else if (other.seed() != state.seed() || other.stream() != state.stream()) {
            found.add(
                "%s '%s' had seed %d, stream %d but has seed %d, stream %d"
                    .formatted(
                        what, name, state.seed(), state.stream(), other.seed(), other.stream()));
          }
        });
    now.keySet().stream()
        .filter(name -> !saved.containsKey(name))
        .forEach(name -> found.add("%s '%s' was not saved".formatted(what, name)));
  }

  void restoreInto(Module model, Map<String, Generator> others) {
    Map<String, Generator> targets = model.namedGenerators();
    ofModel.forEach((name, state) -> targets.get(name).restore(state));
    named.forEach((name, state) -> others.get(name).restore(state));
  }
}
