package dev.espalier.bench.report;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The operating points that no other one beats in both accuracy and gain (compression or speed-up).
 *
 * <p>Gains within 1 % of each other count as equal, since methods meet a target ratio only to the
 * nearest weight and latencies are measured.
 */
final class ParetoFront {

  private static final double SAME_GAIN = 1.01;

  private ParetoFront() {}

  static Set<OperatingPoint> of(
      Collection<OperatingPoint> points, ToDoubleFunction<OperatingPoint> gain) {
    Set<OperatingPoint> front = new LinkedHashSet<>();
    for (OperatingPoint point : points) {
      if (points.stream().noneMatch(other -> dominates(other, point, gain))) {
        front.add(point);
      }
    }
    return front;
  }

  private static boolean dominates(
      OperatingPoint a, OperatingPoint b, ToDoubleFunction<OperatingPoint> gain) {
    double gainA = gain.applyAsDouble(a);
    double gainB = gain.applyAsDouble(b);
    double accuracyA = a.top1().mean();
    double accuracyB = b.top1().mean();
    boolean noWorse = accuracyA >= accuracyB && gainA * SAME_GAIN >= gainB;
    boolean better = accuracyA > accuracyB || gainA > gainB * SAME_GAIN;
    return noWorse && better;
  }
}
