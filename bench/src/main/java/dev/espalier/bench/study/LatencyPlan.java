package dev.espalier.bench.study;

/**
 * How latency is measured.
 *
 * @param batch rows per call
 * @param seconds how long each of the two networks is measured, after settling
 */
public record LatencyPlan(int batch, double seconds) {
  /** Batches of 128, a quarter of a second each. */
  public static final LatencyPlan STANDARD = new LatencyPlan(128, 0.25);

  /** Checks that something is measured. */
  public LatencyPlan {
    if (batch < 1) {
      throw new IllegalArgumentException("study: the latency batch must be >= 1 but is " + batch);
    }
    if (!(seconds > 0) || Double.isInfinite(seconds)) {
      throw new IllegalArgumentException(
          "study: latency must be measured for a positive time but it is " + seconds + " s");
    }
  }

  /** This with other batches. */
  public LatencyPlan withBatch(int rows) {
    return new LatencyPlan(rows, seconds);
  }
}
