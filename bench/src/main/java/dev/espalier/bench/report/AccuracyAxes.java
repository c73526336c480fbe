package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Axis;
import java.util.List;
import java.util.Optional;

/**
 * The axes on which accuracies are shown beside that of the dense network.
 *
 * @param dense the dense network's top-1, in percent
 * @param top1 those to show, in percent
 */
record AccuracyAxes(double dense, List<Statistic> top1) {
  private static final double[] CLOSE_UPS = {0.5, 1, 2, 5, 10};

  /** From the worst to just above the best. */
  Axis whole() {
    double lowest = dense;
    double highest = dense;
    for (Statistic one : top1) {
      lowest = Math.min(lowest, one.mean() - one.deviation());
      highest = Math.max(highest, one.mean() + one.deviation());
    }
    double room = Math.max(0.1, 0.1 * (highest - lowest));
    return axis(Math.max(0, lowest - room), Math.min(100, highest + room));
  }

  /** A window that holds at least half of them, if it is much narrower than the whole. */
  Optional<Axis> close() {
    Axis whole = whole();
    List<Double> losses = top1.stream().map(one -> dense - one.mean()).sorted().toList();
    double median = losses.get((losses.size() - 1) / 2);
    for (double window : CLOSE_UPS) {
      if (median <= window && 3 * window < whole.high() - whole.low()) {
        double gained = Math.max(0, -losses.get(0));
        return Optional.of(axis(dense - window, dense + gained + 0.15 * window));
      }
    }
    return Optional.empty();
  }

  private static Axis axis(double low, double high) {
    return Axis.linear("top-1 accuracy, %", low, high, "");
  }
}
