package dev.espalier.bench.command;

import dev.espalier.prune.Axes;
import dev.espalier.prune.Method;
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
      names = "--protect",
      split = ",",
      paramLabel = "LAYER",
      description = "Layers that are not pruned, whatever the method.")
  private List<String> protect = List.of();

  /** Names of layers to leave alone. */
  List<String> protect() {
    return protect;
  }

  /**
   * The method, if any of its parts is given.
   *
   * @throws IllegalArgumentException if a name is unknown
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
    if (Stream.concat(parts.values().stream(), Stream.of(stemFloor, classifierFloor))
        .noneMatch(Optional::isPresent)) {
      return Optional.empty();
    }
    return Optional.of(Axes.of(parts::get).withFloors(stemFloor, classifierFloor).method());
  }
}
