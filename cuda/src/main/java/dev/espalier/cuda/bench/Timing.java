package dev.espalier.cuda.bench;

import java.util.Arrays;

/**
 * The time of one call.
 *
 * @param micros the median over the passes of the mean time of a call
 * @param low the tenth percentile
 * @param high the ninetieth percentile
 * @param passes how many were timed
 * @param graph whether the calls of a pass were replayed as one captured sequence, or issued one by
 *     one, when the host may be what takes the time
 */
record Timing(double micros, double low, double high, int passes, boolean graph) {
  static Timing of(double[] micros, boolean graph) {
    double[] sorted = micros.clone();
    Arrays.sort(sorted);
    return new Timing(at(sorted, 0.5), at(sorted, 0.1), at(sorted, 0.9), sorted.length, graph);
  }

  private static double at(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
