package dev.espalier.prune;

import dev.espalier.prune.score.GradientTimesWeight;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.RandomScore;

/** The scorers by name, one line each. */
public final class Scorers {
  private static final Registry<Scorer> ALL =
      new Registry<Scorer>("scorer")
          .with("magnitude", "|w|; of a group its L1 norm (Han et al. 2015)", Magnitude::new)
          .with(
              "gradient",
              "|w ∂L/∂w| on one sample (Mozer and Smolensky 1989)",
              GradientTimesWeight::new)
          .with("random", "independent uniform numbers", RandomScore::new);

  private Scorers() {}

  /** All of them. */
  public static Registry<Scorer> all() {
    return ALL;
  }
}
