package dev.espalier.prune.score;

import dev.espalier.prune.Names;
import dev.espalier.prune.Scorer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The scorers by name, as the command line and studies give them. */
public final class Scorers {
  private static final Map<String, Scorer> ALL = new LinkedHashMap<>();

  static {
    for (Scorer scorer :
        List.of(
            new Magnitude(),
            new SquaredMagnitude(),
            new StandardisedMagnitude(),
            new GradientTimesWeight(),
            new Snip(),
            new Grasp(),
            new SynFlow(),
            new TaylorWeight(),
            new TaylorActivation(),
            new TaylorActivation(1e-3),
            new OptimalBrainDamage(),
            new OptimalBrainDamage(false),
            new HessianDiagonal(),
            new HessianDiagonal(0),
            new Apoz(),
            new ActivationMean(),
            new ActivationVariance(),
            new MaxoutWins(),
            Correlation.ranked(),
            Correlation.stochastic(),
            new BatchNormScale(),
            new Movement(),
            new Cam(),
            new GradCam(),
            new ClassActivationEntropy(),
            new RandomScore())) {
      ALL.put(scorer.name(), scorer);
    }
  }

  private Scorers() {}

  /** All names, in order. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * A scorer by name.
   *
   * @throws IllegalArgumentException with the nearest known name
   */
  public static Scorer get(String name) {
    Scorer scorer = ALL.get(name);
    if (scorer == null) {
      throw Names.unknown("scorer", name, ALL.keySet());
    }
    return scorer;
  }
}
