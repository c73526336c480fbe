package dev.espalier.bench.report;

import java.util.Optional;

/**
 * A limit that a study sets itself, on a mean over its seeds: what a paper reports and a
 * reproduction should find again.
 *
 * @param what what it is, for the reader; may be empty
 * @param pair the pair it is about, such as {@code lenet-5/mnist}; empty for every pair
 * @param arm the network it is about
 * @param before whether it is about the accuracy before fine-tuning
 * @param bound what the limit is set to
 * @param limit the limit, in the unit of the bound
 * @param than of {@link Bound#BETTER} the network to be ahead of
 * @param layer of {@link Bound#KEPT} which layer, and the upper limit
 */
public record Criterion(
    String what,
    Optional<String> pair,
    Arm arm,
    boolean before,
    Bound bound,
    double limit,
    Optional<Arm> than,
    Optional<Layer> layer) {
  private static final double ROUNDING = 1e-9;

  /**
   * A layer and the most that may stay of it.
   *
   * @param name its name, or that of its weight
   * @param most a share
   */
  public record Layer(String name, double most) {
    /** Refuses what is no share. */
    public Layer {
      Checks.name("layer", name);
      Checks.fraction("kept_between", most);
    }
  }

  /**
   * A method at a compression ratio: that of a trial, or one that a trial passes through in its
   * rounds.
   *
   * @param method its name
   * @param ratio at least 1
   */
  public record Arm(String method, double ratio) {
    /** The name of the network that is not pruned. */
    public static final String DENSE_NAME = "dense";

    /** The network that is not pruned. */
    public static final Arm DENSE = new Arm(DENSE_NAME, 1);

    private static final double SAME = 1e-9;
    private static final double NEAR = 0.02;

    /** Refuses a ratio below 1. */
    public Arm {
      Checks.name("method", method);
      Checks.atLeast("ratio", ratio, 1);
    }

    /** Whether it is the dense network. */
    public boolean isDense() {
      return method.equals(DENSE_NAME);
    }

    /** Whether it names a trial of this ratio. */
    public boolean isRatio(double other) {
      return Math.abs(other / ratio - 1) <= SAME;
    }

    /** Whether it names a round of this ratio. */
    public boolean isNear(double other) {
      return Math.abs(other / ratio - 1) <= NEAR;
    }

    @Override
    public String toString() {
      return isDense() ? method : "%s at %s".formatted(method, Numbers.plain(ratio));
    }
  }

  /** Refuses what no network can answer. */
  public Criterion {
    if (!Double.isFinite(limit)) {
      throw new IllegalArgumentException(
          "%s: must be finite but is %s".formatted(bound.key(), limit));
    }
    if ((bound == Bound.KEPT) != layer.isPresent()) {
      throw new IllegalArgumentException("kept_between and layer belong together");
    }
    if (layer.isPresent() && !(limit >= 0 && limit <= layer.get().most())) {
      throw new IllegalArgumentException(
          "kept_between: must be two rising shares, such as [0.02, 0.04], but is [%s, %s]"
              .formatted(limit, layer.get().most()));
    }
    if ((bound == Bound.BETTER) != than.isPresent()) {
      throw new IllegalArgumentException("better_than and by belong together");
    }
    if (before && (!bound.isAccuracy() || arm.isDense())) {
      throw new IllegalArgumentException(
          "before: there is an accuracy before fine-tuning of pruned networks, but no %s of %s"
              .formatted(bound.key(), arm));
    }
    if (arm.isDense() && bound != Bound.ERROR && bound != Bound.BETTER) {
      throw new IllegalArgumentException(
          "%s: compares with the dense network, which is the same; name another method"
              .formatted(bound.key()));
    }
  }

  /** A limit that is about no layer. */
  public Criterion(
      String what,
      Optional<String> pair,
      Arm arm,
      boolean before,
      Bound bound,
      double limit,
      Optional<Arm> than) {
    this(what, pair, arm, before, bound, limit, than, Optional.empty());
  }

  /** The value of one network, NaN if it has none. */
  double of(Finding found) {
    return bound.of(found, before, layer.map(Layer::name).orElse(""));
  }

  /** Whether a value keeps to the limit, but for rounding. */
  boolean holds(double value) {
    return bound.holds(value, limit) && (layer.isEmpty() || value <= layer.get().most() + ROUNDING);
  }

  /** Whether it is about a pair. */
  public boolean concerns(String name) {
    return pair.isEmpty() || pair.get().equals(name);
  }

  /** The limit in words, in ASCII. */
  String sentence() {
    String number = bound.text(Numbers.plain(limit));
    return arm
        + (before ? " before fine-tuning" : "")
        + switch (bound) {
          case ERROR -> ": error at most " + number;
          case LOST -> ": lost at most " + number;
          case BETTER -> ": better than %s by at least %s".formatted(than.orElseThrow(), number);
          case SPEEDUP -> ": speed-up at least " + number;
          case LATENCY -> ": latency at most " + number;
          case COMPRESSION -> ": smaller at least " + number;
          case KEPT ->
              ": of %s between %s and %s"
                  .formatted(
                      layer.orElseThrow().name(),
                      Numbers.plain(limit),
                      bound.text(Numbers.plain(layer.get().most())));
        };
  }
}
