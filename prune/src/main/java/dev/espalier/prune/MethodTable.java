package dev.espalier.prune;

import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.tune.Continue;
import java.util.LinkedHashMap;
import java.util.Map;

/** Methods by name, in order. */
final class MethodTable {
  private final Map<String, Method> methods = new LinkedHashMap<>();

  Map<String, Method> methods() {
    return methods;
  }

  /** One shot on the trained network, fine-tuning of what is left, the classifier left alone. */
  void add(
      String name, String description, Structure structure, Scorer scorer, RankingScope scope) {
    add(
        name,
        description,
        structure,
        scorer,
        scope,
        new OneShot(),
        new Continue(),
        Floors.WHOLE_CLASSIFIER);
  }

  void add(
      String name,
      String description,
      Structure structure,
      Scorer scorer,
      RankingScope scope,
      Schedule schedule,
      FineTune tune,
      Floors floors) {
    var method = new Method(name, description, structure, scorer, scope, schedule, tune, floors);
    if (methods.put(name, method) != null) {
      throw new IllegalStateException("two methods are called '%s'".formatted(name));
    }
  }
}
