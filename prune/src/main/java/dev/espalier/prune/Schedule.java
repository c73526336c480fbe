package dev.espalier.prune;

/**
 * How much is pruned when: the third axis of a pruning method. Densities are of the groups that may
 * be pruned, pure functions of round or step, so a schedule can be tested and plotted.
 */
public sealed interface Schedule {
  /** Name for the registry and the results. */
  String name();

  /** Prunes a trained model in rounds, each followed by fine-tuning. */
  non-sealed interface Rounds extends Schedule {
    /** Number of rounds. */
    int rounds();

    /**
     * Density after round {@code round}, counted from 1, on the way to {@code last} at the last
     * round.
     */
    double density(int round, double last);
  }

  /** Prunes while the model trains for the first time. */
  non-sealed interface Gradual extends Schedule {
    /** Whether to prune after {@code step} of {@code steps} training steps. */
    boolean due(long step, long steps);

    /** Density after {@code step}, on the way to {@code last}; never increases with the step. */
    double density(long step, long steps, double last);
  }
}
