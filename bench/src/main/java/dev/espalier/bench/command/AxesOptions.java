package dev.espalier.bench.command;

import dev.espalier.prune.Axes;
import dev.espalier.prune.Method;
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

  /**
   * The method, if any of the options is given.
   *
   * @throws IllegalArgumentException if a name is unknown
   */
  Optional<Method> method() {
    if (Stream.of(structure, scorer, scope, schedule, fineTune).noneMatch(Optional::isPresent)) {
      return Optional.empty();
    }
    Axes axes =
        new Axes(
            structure.orElse(Axes.DEFAULT.structure()),
            scorer.orElse(Axes.DEFAULT.scorer()),
            scope.orElse(Axes.DEFAULT.scope()),
            schedule.orElse(Axes.DEFAULT.schedule()),
            fineTune.orElse(Axes.DEFAULT.fineTune()));
    return Optional.of(axes.method());
  }
}
