package dev.espalier.prune.schedule;

import dev.espalier.prune.Schedule;

/**
 * The same fraction of what remains in every round: {@code d_r = d^(r/n)}.
 *
 * <p>Source: the rounds of S. Han et al. (2015) and J. Frankle, M. Carbin (2019), with the rate
 * chosen to end at the target.
 *
 * @param rounds n, at least 1
 */
public record Iterative(int rounds) implements Schedule.Rounds {
  public Iterative {
    if (rounds < 1) {
      throw new IllegalArgumentException(
          "iterative schedule: rounds must be >= 1 but is " + rounds);
    }
  }

  @Override
  public String name() {
    return "iterative-" + rounds;
  }

  @Override
  public int rounds(double last, int layers) {
    return rounds;
  }

  @Override
  public double density(int round, double last) {
    return round >= rounds ? last : Math.pow(last, (double) round / rounds);
  }
}
