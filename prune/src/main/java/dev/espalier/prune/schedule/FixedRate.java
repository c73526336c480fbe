package dev.espalier.prune.schedule;

import dev.espalier.prune.Percent;
import dev.espalier.prune.Place;
import dev.espalier.prune.Schedule;

/**
 * The share p of what remains in every round, and the share q of the classifier: densities {@code
 * (1 - p)^r} and {@code (1 - q)^r}, for as many rounds as the target needs; the last one stops
 * there.
 *
 * <p>Between rounds the classifier's density follows from the others' as {@code d^(ln(1 - q) / ln(1
 * - p))}. A last round that would remove less than one per cent of the rest is left out, its part
 * being done by the one before. Source: J. Frankle, M. Carbin, The Lottery Ticket Hypothesis
 * (2019), with p = 0.2 and q = 0.1; the paper's lower rates for convolutions are not told apart.
 *
 * @param rate p
 * @param classifierRate q
 */
public record FixedRate(double rate, double classifierRate) implements Schedule.Rounds {
  private static final double LEAST = 0.01;

  public FixedRate {
    if (!(rate > 0 && rate < 1 && classifierRate >= 0 && classifierRate < 1)) {
      throw new IllegalArgumentException(
          "fixed-rate schedule: needs a rate in (0, 1) and one for the classifier in [0, 1) but got %s and %s"
              .formatted(rate, classifierRate));
    }
  }

  /** The same share of every layer. */
  public FixedRate(double rate) {
    this(rate, rate);
  }

  @Override
  public String name() {
    String name = "rate-" + Percent.of(rate);
    return classifierRate == rate / 2 ? name : name + "-" + Percent.of(classifierRate);
  }

  /**
   * The smallest r with {@code (1 - p)^r <= last}.
   *
   * @throws IllegalArgumentException if the target is 0, which no number of rounds reaches
   */
  @Override
  public int rounds(double last, int layers) {
    if (!(last > 0)) {
      throw new IllegalArgumentException(
          "schedule '%s': no number of rounds reaches density %s; ask for more"
              .formatted(name(), last));
    }
    double needed = Math.log(last / (1 - LEAST)) / Math.log1p(-rate);
    return Math.max(1, (int) Math.ceil(needed));
  }

  @Override
  public double density(int round, double last) {
    return round >= rounds(last, 1) ? last : Math.pow(1 - rate, round);
  }

  @Override
  public double densityAt(Place place, double density) {
    return place != Place.CLASSIFIER || rate == classifierRate
        ? density
        : Math.pow(density, Math.log1p(-classifierRate) / Math.log1p(-rate));
  }

  @Override
  public boolean tellsLayersApart() {
    return rate != classifierRate;
  }
}
