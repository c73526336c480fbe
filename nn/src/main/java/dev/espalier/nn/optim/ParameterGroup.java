package dev.espalier.nn.optim;

import dev.espalier.nn.Parameter;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Parameters that share a learning rate and a weight decay. PyTorch: an entry of {@code
 * optimizer.param_groups}.
 *
 * @param parameters by dotted name; one that has several names, as shared layers have, under the
 *     first
 * @param lr the base learning rate, which a schedule multiplies
 * @param weightDecay the L2 coefficient
 */
public record ParameterGroup(Map<String, Parameter> parameters, double lr, double weightDecay) {
  public ParameterGroup {
    Map<String, Parameter> distinct = new LinkedHashMap<>(parameters);
    Set<Parameter> seen = new HashSet<>();
    distinct.values().removeIf(parameter -> !seen.add(parameter));
    parameters = Collections.unmodifiableMap(distinct);
    if (!(lr >= 0) || !(weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "optimizer: learning rate and weight decay must be >= 0 but are %s and %s"
              .formatted(lr, weightDecay));
    }
  }

  /** The parameters of a map whose name passes. */
  public static ParameterGroup matching(
      Map<String, Parameter> all, Predicate<String> name, double lr, double weightDecay) {
    Map<String, Parameter> chosen = new LinkedHashMap<>();
    all.forEach(
        (key, value) -> {
          if (name.test(key)) {
            chosen.put(key, value);
          }
        });
    return new ParameterGroup(chosen, lr, weightDecay);
  }
}
