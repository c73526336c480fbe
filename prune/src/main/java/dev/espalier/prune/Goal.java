package dev.espalier.prune;

/** How far to prune. */
public sealed interface Goal {
  /**
   * All parameters over the non-zero ones.
   *
   * @param ratio at least 1
   */
  record Ratio(double ratio) implements Goal {
    @Override
    public double density(Pruner pruner) {
      return pruner.densityFor(ratio);
    }
  }

  /**
   * The share of the groups that stays.
   *
   * @param density from 0 to 1
   */
  record Density(double density) implements Goal {
    public Density {
      if (!(density >= 0 && density <= 1)) {
        throw new IllegalArgumentException("density: must lie in [0, 1] but is " + density);
      }
    }

    @Override
    public double density(Pruner pruner) {
      return density;
    }
  }

  /** The density of groups to end at. */
  double density(Pruner pruner);
}
