package dev.espalier.prune.schedule;

import dev.espalier.prune.Schedule;

/**
 * Everything before training: in one go, or in n rounds of scoring and pruning with {@code d_r =
 * d^(r/n)}.
 *
 * <p>Source: N. Lee et al., SNIP (2019), in one round; H. Tanaka et al., Pruning Neural Networks
 * without any Data by Iteratively Conserving Synaptic Flow (2020), in a hundred.
 *
 * @param rounds n, at least 1
 */
public record AtInitialisation(int rounds) implements Schedule.AtStart {
  public AtInitialisation {
    if (rounds < 1) {
      throw new IllegalArgumentException(
          "schedule at initialisation: rounds must be >= 1 but is " + rounds);
    }
  }

  /** In one round. */
  public AtInitialisation() {
    this(1);
  }

  @Override
  public String name() {
    return rounds == 1 ? "at-start" : "at-start-" + rounds;
  }

  @Override
  public double density(int round, double last) {
    return round >= rounds ? last : Math.pow(last, (double) round / rounds);
  }
}
