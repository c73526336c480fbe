package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Axis;
import dev.espalier.bench.report.chart.Curve;
import dev.espalier.bench.report.chart.CurveChart;
import dev.espalier.bench.report.chart.Drawing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Accuracy against the weights that are left, round by round, for methods that prune in rounds. */
final class RoundCharts {
  private static final double MARGIN = 1.08;

  private RoundCharts() {}

  /**
   * The charts of a pair: all of it, and near the dense network if that shows more; none if no
   * method has rounds.
   *
   * @param methods all of the study, whose order gives the colours
   */
  static List<Drawing> of(PairSummary pair, List<String> methods) {
    List<RoundCurve> curves = RoundCurve.of(pair);
    if (curves.isEmpty()) {
      return List.of();
    }
    List<RoundCurve.Point> points =
        curves.stream().flatMap(curve -> curve.points().stream()).toList();
    double dense = 100 * pair.dense(Measurement::top1).mean();
    var axes =
        new AccuracyAxes(dense, points.stream().map(point -> point.top1().scaled(100)).toList());
    double least = points.stream().mapToDouble(point -> point.density().mean()).min().orElseThrow();
    Axis x =
        Axis.logarithmic(
            "weights left: non-zero parameters / parameters",
            Math.min(least, 0.5) / MARGIN,
            MARGIN,
            "");
    List<Drawing> charts = new ArrayList<>();
    charts.add(
        chart("Accuracy through the rounds", x, axes.whole(), dense, drawn(curves, methods)));
    Optional<Axis> close = axes.close();
    if (close.isPresent()) {
      charts.add(
          chart("The same, near the dense network", x, close.get(), dense, drawn(curves, methods)));
    }
    return charts;
  }

  private static List<Curve> drawn(List<RoundCurve> curves, List<String> methods) {
    return curves.stream()
        .map(
            curve ->
                new Curve(
                    curve.method(),
                    methods.indexOf(curve.method()),
                    false,
                    curve.points().stream().map(RoundCharts::place).toList()))
        .toList();
  }

  private static Curve.Point place(RoundCurve.Point point) {
    Statistic top1 = point.top1().scaled(100);
    return new Curve.Point(
        point.density().mean(), top1.mean(), 0, top1.deviation(), true, point.tooltip());
  }

  private static Drawing chart(String title, Axis x, Axis y, double dense, List<Curve> curves) {
    String label = "dense " + Numbers.fixed(dense, 2);
    return new CurveChart(
            title, x, y, Optional.of(new CurveChart.Level(dense, label)), curves, false)
        .draw();
  }
}
