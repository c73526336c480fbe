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
  }

  /** The density of groups to end at. */
  double density(Pruner pruner);
}
