package dev.espalier.bench.study;

import dev.espalier.nn.optim.LrSchedule;
import java.util.List;

/**
 * How the learning rate of a recipe changes.
 *
 * @param at the shares of the steps at which it drops in ordinary training
 * @param gradualAt the same for a method that prunes inside training
 * @param factor what it is multiplied by at each drop
 * @param warmUp the share of the steps in which it rises to its value
 */
public record Drops(List<Double> at, List<Double> gradualAt, double factor, double warmUp) {
  /** Checks the numbers. */
  public Drops {
    at = List.copyOf(at);
    gradualAt = List.copyOf(gradualAt);
    requireShares(at);
    requireShares(gradualAt);
    if (!(factor > 0 && factor <= 1) || !(warmUp >= 0 && warmUp < 1)) {
      throw new IllegalArgumentException(
          "recipe: needs a factor in (0, 1] for drops of the rate and a warm-up in [0, 1) but got %s and %s"
              .formatted(factor, warmUp));
    }
  }

  static void requireShares(List<Double> shares) {
    if (shares.stream().anyMatch(share -> !(share > 0 && share < 1))) {
      throw new IllegalArgumentException(
          "recipe: rates drop at shares of the steps between 0 and 1 but got " + shares);
    }
  }

  /** The schedule over a number of steps. */
  LrSchedule over(long steps, boolean gradual) {
    LrSchedule drops = over(steps, gradual ? gradualAt : at);
    return warmUp > 0 ? drops.withWarmUp(Math.round(warmUp * steps)) : drops;
  }

  /** The drops at some shares of the steps, without warm-up. */
  LrSchedule over(long steps, List<Double> shares) {
    return LrSchedule.multiStep(
        factor, shares.stream().mapToLong(share -> Math.round(share * steps)).toArray());
  }

  /** For provenance. */
  String text() {
    return at + " of the steps, gradual " + gradualAt + ", factor " + factor;
  }
}
