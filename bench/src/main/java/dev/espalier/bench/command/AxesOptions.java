package dev.espalier.bench.command;

import dev.espalier.prune.Axes;
import dev.espalier.prune.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that compose a pruning method of the four axes. */
final class AxesOptions {
  @Option(
      names = "--structure",
      paramLabel = "NAME",
      description = "Composes a method: what lives or dies together (default: element).")
  private Optional<String> structure = Optional.empty();

  @Option(
      names = "--scorer",
      paramLabel = "NAME",
      description = "Composes a method: what ranks it (default: magnitude).")
  private Optional<String> scorer = Optional.empty();

  @Option(
      names = "--aggregation",
      paramLabel = "NAME",
      description =
          "Composes a method: how scores of weights become one of a group: sum, mean, max or l2"
              + " (default: sum).")
  private Optional<String> aggregation = Optional.empty();

  @Option(
      names = "--scope",
      paramLabel = "NAME",
      description = "Composes a method: over what it is ranked (default: global).")
  private Optional<String> scope = Optional.empty();

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description = "Composes a method: how much when (default: one-shot).")
  private Optional<String> schedule = Optional.empty();

  @Option(
      names = "--finetune",
      paramLabel = "NAME",
      description =
          "Composes a method: what survivors start from (default: continue). 'espalier list' says"
              + " what there is.")
  private Optional<String> fineTune = Optional.empty();

  @Option(
      names = "--stem-floor",
      paramLabel = "D",
      description =
          "Composes a method: least density of a convolution that reads the input (default: 0).")
  private Optional<Double> stemFloor = Optional.empty();

  @Option(
      names = "--classifier-floor",
      paramLabel = "D",
      description = "Composes a method: least density of the last linear layer (default: 1).")
  private Optional<Double> classifierFloor = Optional.empty();

  @Option(
      names = "--densities",
      split = ",",
      paramLabel = "LAYER=D",
      description =
          "Composes a method: what is left of each of these layers, the others staying whole; in"
              + " place of scope and floors.")
  private List<String> densities = List.of();

  @Option(
      names = "--protect",
      split = ",",
      paramLabel = "LAYER",
      description = "Layers that are not pruned, whatever the method.")
  private List<String> protect = List.of();

  @Option(
      names = "--round-to",
      paramLabel = "N",
      description =
          "Layers that lose filters or neurons keep a multiple of N, which fills the vectors of"
              + " kernels; for structures filter and neuron (default: any number).")
  private int roundTo = 1;

  /** A method with what goes for every one: layers to leave alone, and rounding. */
  Method applied(Method method) {
    Method whole = method.protecting(protect);
    return roundTo == 1 ? whole : whole.roundingTo(roundTo);
  }

  /**
   * The method, if any of its parts is given.
   *
   * @throws IllegalArgumentException if a name is unknown, or parts contradict each other
   */
  Optional<Method> method() {
    Map<String, Optional<String>> parts =
        Map.of(
            "structure", structure,
            "scorer", scorer,
            "aggregation", aggregation,
            "scope", scope,
            "schedule", schedule,
            "finetune", fineTune);
    boolean composed =
        Stream.concat(parts.values().stream(), Stream.of(stemFloor, classifierFloor))
            .anyMatch(Optional::isPresent);
    if (!densities.isEmpty()) {
      return Optional.of(Axes.of(parts::get).withDensities(byLayer(), besideDensities()).method());
    }
    return composed
        ? Optional.of(Axes.of(parts::get).withFloors(stemFloor, classifierFloor).method())
        : Optional.empty();
  }

  private List<String> besideDensities() {
    Map<String, Optional<?>> others = new LinkedHashMap<>();
    others.put("--scope", scope);
    others.put("--stem-floor", stemFloor);
    others.put("--classifier-floor", classifierFloor);
    return others.keySet().stream().filter(name -> others.get(name).isPresent()).toList();
  }

  private Map<String, Double> byLayer() {
    Map<String, Double> byLayer = new LinkedHashMap<>();
    for (String one : densities) {
      int sign = one.lastIndexOf('=');
      if (sign < 1) {
        throw new IllegalArgumentException(
            "--densities: must be layers with their densities, such as fc1=0.08,fc2=0.09, but has '%s'"
                .formatted(one));
      }
      String layer = one.substring(0, sign);
      if (byLayer.put(layer, number(layer, one.substring(sign + 1))) != null) {
        throw new IllegalArgumentException(
            "--densities: layer '%s' is given twice".formatted(layer));
      }
    }
    return byLayer;
  }

  private static double number(String layer, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "--densities: that of layer '%s' must be a number but is '%s'".formatted(layer, text), e);
    }
  }
}
