package dev.espalier.bench.study;

import dev.espalier.prune.Axes;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A method as a study file states it: a name, or a mapping of its parts. */
final class MethodFields {
  private static final String DENSITIES = "densities";
  private static final String STEM_FLOOR = "stem_floor";
  private static final String CLASSIFIER_FLOOR = "classifier_floor";
  private static final List<String> KEYS =
      Stream.concat(
              Axes.KEYS.stream(),
              Stream.of("name", DENSITIES, STEM_FLOOR, CLASSIFIER_FLOOR, "protect", "round_to"))
          .toList();

  private MethodFields() {}

  /** One method. */
  static Method method(Fields.Element element) {
    return element.isText()
        ? Methods.get(element.text())
        : element.placed(() -> method(element.fields(KEYS)));
  }

  private static Method method(Fields fields) {
    Axes axes = axes(fields, fields.numbersByName(DENSITIES));
    Method method =
        fields
            .text("name")
            .map(axes::method)
            .orElseGet(axes::method)
            .protecting(fields.texts("protect").orElse(List.of()));
    return fields.integer("round_to").map(method::roundingTo).orElse(method);
  }

  private static Axes axes(Fields fields, Optional<Map<String, Double>> densities) {
    Axes axes = Axes.of(fields::text);
    if (densities.isEmpty()) {
      return axes.withFloors(fields.number(STEM_FLOOR), fields.number(CLASSIFIER_FLOOR));
    }
    List<String> beside =
        Stream.of("scope", STEM_FLOOR, CLASSIFIER_FLOOR).filter(fields::has).toList();
    return axes.withDensities(densities.get(), beside);
  }
}
