package dev.espalier.prune;

/** How far to prune. */
public sealed interface Goal {
  /**
   * All parameters over the non-zero ones.
   *
   * @param ratio at least 1
   */
  record Ratio(double ratio) implements Goal {
    /** Refuses a ratio below 1. */
    public Ratio {
      Target.requireRatio(Target.PARAMETERS, ratio);
    }

    @Override
    public double density(Pruner pruner) {
      return pruner.densityFor(ratio);
    }

    @Override
    public void prune(Pruner pruner) {
      pruner.pruneToRatio(ratio);
    }

    @Override
    public void requireReachable(Pruner pruner) {
      pruner.requireReachable(ratio);
    }
  }

  /**
   * All multiply-accumulates over those of non-zero weights.
   *
   * @param ratio at least 1
   */
  record Speedup(double ratio) implements Goal {
    /** Refuses a ratio below 1. */
    public Speedup {
      Target.requireRatio(Target.MACS, ratio);
    }

    @Override
    public double density(Pruner pruner) {
      return pruner.densityForSpeedup(ratio);
    }

    @Override
    public void prune(Pruner pruner) {
      pruner.pruneToSpeedup(ratio);
    }

    @Override
    public void requireReachable(Pruner pruner) {
      pruner.requireReachableSpeedup(ratio);
    }
  }

  /**
   * The share of the groups that stays.
   *
   * @param density from 0 to 1
   */
  record Density(double density) implements Goal {
    /** Refuses what is no share. */
    public Density {
      if (!(density >= 0 && density <= 1)) {
        throw new IllegalArgumentException("density: must lie in [0, 1] but is " + density);
      }
    }

    @Override
    public double density(Pruner pruner) {
      return density;
    }

    @Override
    public void requireReachable(Pruner pruner) {
      pruner.requireReachableDensity(density);
    }
  }

  /** The only density that the method can end at. */
  record Fixed() implements Goal {
    /**
     * What structure or budget fix.
     *
     * @throws IllegalArgumentException if they fix nothing
     */
    @Override
    public double density(Pruner pruner) {
      return pruner
          .fixedDensity()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "method '%s' can end at any density; say at which"
                          .formatted(pruner.method().name())));
    }

    @Override
    public void requireReachable(Pruner pruner) {
      pruner.requireReachableDensity(density(pruner));
    }
  }

  /** The density of groups to end at. */
  double density(Pruner pruner);

  /**
   * Prunes to the goal by the scores of now: where groups are of different sizes, the density that
   * met a ratio by earlier scores meets another one by these.
   */
  default void prune(Pruner pruner) {
    pruner.pruneToDensity(density(pruner));
  }

  /**
   * Refuses, before anything is trained, what pruning to this goal would refuse.
   *
   * @throws IllegalArgumentException naming what can be reached
   */
  void requireReachable(Pruner pruner);
}
