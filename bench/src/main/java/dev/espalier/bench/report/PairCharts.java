package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Axis;
import dev.espalier.bench.report.chart.Curve;
import dev.espalier.bench.report.chart.CurveChart;
import dev.espalier.bench.report.chart.Drawing;
import dev.espalier.bench.report.chart.Legend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** The charts of one model on one data set; a method has the same colour in all pairs. */
final class PairCharts {

  private static final double MARGIN = 1.08;
  private static final double GAP = 24;
  private static final String NOTE =
      "filled: on the Pareto front \u00b7 grey: surpassed everywhere \u00b7 bars: standard"
          + " deviation";
  private static final String TIMES = "\u00d7";

  private final PairSummary pair;
  private final List<String> methods;
  private final Statistic dense;

  PairCharts(PairSummary pair, List<String> methods) {
    this.pair = pair;
    this.methods = methods;
    this.dense = pair.dense(Measurement::top1).scaled(100);
  }

  /** The charts by row. */
  List<List<Drawing>> rows() {
    Gain compression = new Gain(OperatingPoint::compression, this::compressionAxis, true);
    Gain speedup = new Gain(OperatingPoint::theoreticalSpeedup, this::theoreticalAxis, false);
    Gain measured = new Gain(OperatingPoint::measuredSpeedup, this::measuredAxis, false);
    var axes =
        new AccuracyAxes(
            dense.mean(), pair.points().stream().map(point -> point.top1().scaled(100)).toList());
    Axis whole = axes.whole();
    Optional<Axis> close = axes.close();
    List<List<Drawing>> rows = new ArrayList<>();
    if (close.isEmpty()) {
      rows.add(
          List.of(
              accuracy("Accuracy against compression", compression, whole),
              accuracy("Accuracy against theoretical speed-up", speedup, whole)));
    } else {
      rows.add(
          List.of(
              accuracy("Accuracy against compression", compression, whole),
              accuracy("The same, near the dense network", compression, close.get())));
      rows.add(
          List.of(
              accuracy("Accuracy against theoretical speed-up", speedup, whole),
              accuracy("The same, near the dense network", speedup, close.get())));
    }
    rows.add(
        List.of(
            latency(),
            accuracy("Accuracy against measured speed-up", measured, close.orElse(whole))));
    return rows;
  }

  /** All charts and the legend on one sheet, for a file. */
  Drawing sheet() {
    List<List<Drawing>> rows = rows();
    List<Drawing> rounds = RoundCharts.of(pair, methods);
    if (!rounds.isEmpty()) {
      rows.add(rounds);
    }
    double width = 2 * CurveChart.WIDTH + 3 * GAP;
    Drawing legend = Legend.draw(methods, pair.dominated(), NOTE, width - 2 * GAP);
    double top = 52 + legend.height();
    double height = top + rows.size() * (CurveChart.HEIGHT + GAP);
    Drawing sheet = new Drawing(width, height, "Pruning " + pair.name());
    sheet.add(PageText.heading(pair.name(), GAP, 30));
    sheet.place(legend, GAP, 44);
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < rows.get(row).size(); column++) {
        sheet.place(
            rows.get(row).get(column),
            GAP + column * (CurveChart.WIDTH + GAP),
            top + GAP / 2 + row * (CurveChart.HEIGHT + GAP));
      }
    }
    return sheet;
  }

  /** What accuracy is traded for, and the axis that shows it. */
  private record Gain(
      Function<OperatingPoint, Statistic> figure,
      Function<DoubleStream, Axis> axis,
      boolean sideBySide) {}

  private Drawing accuracy(String title, Gain gain, Axis y) {
    Set<OperatingPoint> front =
        ParetoFront.of(pair.points(), point -> gain.figure().apply(point).mean());
    List<Curve> curves =
        curves(
            pair.dominated(point -> gain.figure().apply(point).mean()),
            point -> {
              Statistic x = gain.figure().apply(point);
              Statistic top1 = point.top1().scaled(100);
              return new Curve.Point(
                  x.mean(),
                  top1.mean(),
                  gain.sideBySide() ? 0 : x.deviation(),
                  top1.deviation(),
                  front.contains(point),
                  PageText.tooltip(point));
            });
    Axis x =
        gain.axis().apply(pair.points().stream().mapToDouble(p -> gain.figure().apply(p).mean()));
    String label = "dense " + Numbers.fixed(dense.mean(), 2);
    return new CurveChart(
            title,
            x,
            y,
            Optional.of(new CurveChart.Level(dense.mean(), label)),
            curves,
            gain.sideBySide())
        .draw();
  }

  private Drawing latency() {
    List<Curve> curves =
        curves(
            pair.dominated(point -> point.measuredSpeedup().mean()),
            point -> {
              Statistic latency = point.pruned(Measurement::latencyMs);
              return new Curve.Point(
                  point.compression().mean(),
                  latency.mean(),
                  0,
                  latency.deviation(),
                  false,
                  PageText.tooltip(point));
            });
    double denseLatency = pair.dense(Measurement::latencyMs).mean();
    double highest =
        pair.points().stream()
            .map(point -> point.pruned(Measurement::latencyMs))
            .mapToDouble(latency -> latency.mean() + latency.deviation())
            .reduce(denseLatency, Math::max);
    Axis y = Axis.linear("latency, ms per batch of " + batches(), 0, 1.12 * highest, "");
    Axis x = compressionAxis(pair.points().stream().mapToDouble(p -> p.compression().mean()));
    String label = "dense " + Numbers.milliseconds(denseLatency) + " ms";
    return new CurveChart(
            "Measured latency against compression (lower is better)",
            x,
            y,
            Optional.of(new CurveChart.Level(denseLatency, label)),
            curves,
            true)
        .draw();
  }

  private List<Curve> curves(Set<String> faded, Function<OperatingPoint, Curve.Point> place) {
    List<Curve> curves = new ArrayList<>();
    for (String method : pair.methods()) {
      List<Curve.Point> points = pair.pointsOf(method).stream().map(place).toList();
      curves.add(new Curve(method, methods.indexOf(method), faded.contains(method), points));
    }
    return curves;
  }

  private String batches() {
    List<String> batches =
        pair.trials().stream()
            .map(TrialResult::batch)
            .distinct()
            .sorted()
            .map(String::valueOf)
            .toList();
    return String.join(" or ", batches);
  }

  private Axis compressionAxis(DoubleStream values) {
    double highest =
        Math.max(values.max().orElseThrow(), pair.ratios().get(pair.ratios().size() - 1));
    List<Double> ticks = new ArrayList<>(pair.ratios());
    ticks.add(1.0);
    return new Axis(
        "compression ratio: parameters / non-zero parameters",
        true,
        1 / MARGIN,
        Math.max(highest, 2) * MARGIN,
        ticks,
        TIMES);
  }

  private Axis theoreticalAxis(DoubleStream values) {
    return speedupAxis("theoretical speed-up: dense / remaining multiply-adds", values);
  }

  private Axis measuredAxis(DoubleStream values) {
    return speedupAxis("measured speed-up: dense / pruned latency", values);
  }

  private static Axis speedupAxis(String label, DoubleStream values) {
    var range = values.summaryStatistics();
    double low = Math.min(1, range.getMin());
    double high = Math.max(1.25, range.getMax());
    return Axis.logarithmic(label, low / MARGIN, high * MARGIN, TIMES);
  }
}
