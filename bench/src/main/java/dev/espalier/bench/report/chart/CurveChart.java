package dev.espalier.bench.report.chart;

import dev.espalier.bench.report.chart.Drawing.Anchor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Curves over two axes, with error bars and a dashed level to compare with; what lies outside the
 * axes is cut off at the frame.
 *
 * @param title heading
 * @param x horizontal axis
 * @param y vertical axis
 * @param level the dashed line, if any
 * @param curves the series
 * @param sideBySide whether points that several series have at one x stand a few pixels apart, so
 *     that their error bars do not hide each other
 */
public record CurveChart(
    String title, Axis x, Axis y, Optional<Level> level, List<Curve> curves, boolean sideBySide) {

  /** Size of every chart. */
  public static final double WIDTH = 600;

  /** Size of every chart. */
  public static final double HEIGHT = 350;

  private static final double LEFT = 70;
  private static final double RIGHT = WIDTH - 14;
  private static final double TOP = 36;
  private static final double BOTTOM = HEIGHT - 48;
  private static final double TEXT_SIZE = 12;
  private static final double LABEL_GAP = 8;
  private static final double CAP = 3;
  private static final double MARK = 4;
  private static final double MOST_DODGE = 5;

  /**
   * A horizontal line to compare with, and a disc where it is 1 on the horizontal axis.
   *
   * @param value its height
   * @param label what is written on it
   */
  public record Level(double value, String label) {}

  /** Draws the chart. */
  public Drawing draw() {
    Drawing drawing = new Drawing(WIDTH, HEIGHT, title);
    drawing.add(text(title, LEFT, 18, 14, Ink.TEXT, Anchor.START, true));
    drawAxes(drawing);
    level.filter(this::isInside).ifPresent(line -> drawLevel(drawing, line));
    for (boolean faded : new boolean[] {true, false}) {
      List<Curve> layer = curves.stream().filter(curve -> curve.faded() == faded).toList();
      layer.forEach(curve -> drawLines(drawing, curve));
      layer.forEach(curve -> drawErrorBars(drawing, curve));
      layer.forEach(curve -> drawMarkers(drawing, curve));
    }
    level.filter(this::isInside).ifPresent(line -> drawing.add(label(line)));
    return drawing;
  }

  private void drawAxes(Drawing drawing) {
    double labelEnd = Double.NEGATIVE_INFINITY;
    for (double tick : x.ticks()) {
      double at = px(tick);
      drawing.add(new Drawing.Line(at, TOP, at, BOTTOM, Ink.GRID, 1, 0));
      String label = x.label(tick);
      double half = Legend.textWidth(label, TEXT_SIZE) / 2;
      if (at - half > labelEnd + LABEL_GAP) {
        drawing.add(text(label, at, BOTTOM + 17, TEXT_SIZE, Ink.MUTED, Anchor.MIDDLE, false));
        labelEnd = at + half;
      }
    }
    for (double tick : y.ticks()) {
      double at = py(tick);
      drawing.add(new Drawing.Line(LEFT, at, RIGHT, at, Ink.GRID, 1, 0));
      String label = y.label(tick);
      drawing.add(text(label, LEFT - 8, at + 4, TEXT_SIZE, Ink.MUTED, Anchor.END, false));
    }
    drawing.add(new Drawing.Line(LEFT, BOTTOM, RIGHT, BOTTOM, Ink.AXIS, 1, 0));
    drawing.add(new Drawing.Line(LEFT, TOP, LEFT, BOTTOM, Ink.AXIS, 1, 0));
    double middle = (LEFT + RIGHT) / 2;
    drawing.add(text(x.label(), middle, HEIGHT - 10, TEXT_SIZE, Ink.TEXT, Anchor.MIDDLE, false));
    drawing.add(
        new Drawing.Text(
            y.label(), 14, (TOP + BOTTOM) / 2, TEXT_SIZE, Ink.TEXT, Anchor.MIDDLE, false, true));
  }

  private void drawLevel(Drawing drawing, Level line) {
    double at = py(line.value());
    drawing.add(new Drawing.Line(LEFT, at, RIGHT, at, Ink.TEXT, 1.2, 5));
    drawing.add(new Drawing.Glyph(Marker.CIRCLE, px(1), at, 4.2, Ink.TEXT, true, line.label()));
  }

  private boolean isInside(Level line) {
    return line.value() >= y.low() && line.value() <= y.high();
  }

  /** The label of a level, above or below it, where it hides least. */
  private Drawing.Text label(Level line) {
    double width = Legend.textWidth(line.label(), TEXT_SIZE);
    List<double[]> marks = marks();
    double at = py(line.value());
    double bestX = 0;
    double bestY = 0;
    long least = Long.MAX_VALUE;
    for (double share : new double[] {1, 0, 0.5, 0.75, 0.25}) {
      for (double base : new double[] {at - 5, at + TEXT_SIZE + 2}) {
        double left = LEFT + 4 + share * (RIGHT - LEFT - 8 - width);
        long hidden = marks.stream().filter(mark -> hides(left, base, width, mark)).count();
        if (hidden < least && base < BOTTOM && base - TEXT_SIZE > TOP) {
          least = hidden;
          bestX = left;
          bestY = base;
        }
      }
    }
    return text(line.label(), bestX, bestY, TEXT_SIZE, Ink.TEXT, Anchor.START, false);
  }

  private static boolean hides(double left, double base, double width, double[] mark) {
    return mark[0] > left - MARK
        && mark[0] < left + width + MARK
        && mark[1] > base - TEXT_SIZE - MARK
        && mark[1] < base + MARK;
  }

  /** Places along everything that curves are drawn with, a few pixels apart. */
  private List<double[]> marks() {
    List<double[]> marks = new ArrayList<>(List.of(new double[] {px(1), py(level.get().value())}));
    for (Curve curve : curves) {
      Curve.Point before = null;
      for (Curve.Point point : curve.points()) {
        double atX = px(point, curve);
        along(marks, atX, py(point.y() - point.spreadY()), atX, py(point.y() + point.spreadY()));
        along(
            marks,
            px(Math.max(x.low(), point.x() - point.spreadX())),
            py(point.y()),
            px(Math.min(x.high(), point.x() + point.spreadX())),
            py(point.y()));
        if (before != null) {
          along(marks, px(before, curve), py(before.y()), atX, py(point.y()));
        }
        before = point;
      }
    }
    return marks;
  }

  private static void along(List<double[]> marks, double x1, double y1, double x2, double y2) {
    int steps = 1 + (int) (Math.hypot(x2 - x1, y2 - y1) / MARK);
    for (int i = 0; i <= steps; i++) {
      double part = (double) i / steps;
      marks.add(new double[] {x1 + part * (x2 - x1), y1 + part * (y2 - y1)});
    }
  }

  private void drawLines(Drawing drawing, Curve curve) {
    List<Curve.Point> points = curve.points();
    for (int i = 1; i < points.size(); i++) {
      Curve.Point a = points.get(i - 1);
      Curve.Point b = points.get(i);
      segment(px(a, curve), py(a.y()), px(b, curve), py(b.y()))
          .ifPresent(
              ends ->
                  drawing.add(
                      new Drawing.Line(ends[0], ends[1], ends[2], ends[3], ink(curve), 1.8, 0)));
    }
  }

  private void drawErrorBars(Drawing drawing, Curve curve) {
    for (Curve.Point point : visible(curve)) {
      double atX = px(point, curve);
      double atY = py(point.y());
      if (point.spreadY() > 0) {
        double upper = py(point.y() + point.spreadY());
        double lower = py(point.y() - point.spreadY());
        bar(drawing, curve, atX, upper, atX, lower);
        cap(drawing, curve, atX, upper, CAP, 0);
        cap(drawing, curve, atX, lower, CAP, 0);
      }
      if (point.spreadX() > 0) {
        double left = px(Math.max(x.low(), point.x() - point.spreadX()));
        double right = px(Math.min(x.high(), point.x() + point.spreadX()));
        bar(drawing, curve, left, atY, right, atY);
        cap(drawing, curve, left, atY, 0, CAP);
        cap(drawing, curve, right, atY, 0, CAP);
      }
    }
  }

  private void drawMarkers(Drawing drawing, Curve curve) {
    for (Curve.Point point : visible(curve)) {
      drawing.add(
          new Drawing.Glyph(
              Marker.series(curve.index()),
              px(point, curve),
              py(point.y()),
              4.2,
              ink(curve),
              point.front(),
              point.tooltip()));
    }
  }

  private void bar(Drawing drawing, Curve curve, double x1, double y1, double x2, double y2) {
    segment(x1, y1, x2, y2)
        .ifPresent(
            ends ->
                drawing.add(
                    new Drawing.Line(ends[0], ends[1], ends[2], ends[3], ink(curve), 1.2, 0)));
  }

  private void cap(Drawing drawing, Curve curve, double atX, double atY, double dx, double dy) {
    if (atY >= TOP && atY <= BOTTOM) {
      drawing.add(new Drawing.Line(atX - dx, atY - dy, atX + dx, atY + dy, ink(curve), 1.2, 0));
    }
  }

  private List<Curve.Point> visible(Curve curve) {
    List<Curve.Point> visible = new ArrayList<>();
    for (Curve.Point point : curve.points()) {
      if (point.y() >= y.low() && point.y() <= y.high()) {
        visible.add(point);
      }
    }
    return visible;
  }

  /** The part of a line that lies between top and bottom. */
  private static Optional<double[]> segment(double x1, double y1, double x2, double y2) {
    double from = 0;
    double to = 1;
    double rise = y2 - y1;
    if (rise == 0) {
      return y1 >= TOP && y1 <= BOTTOM
          ? Optional.of(new double[] {x1, y1, x2, y2})
          : Optional.empty();
    }
    double atTop = (TOP - y1) / rise;
    double atBottom = (BOTTOM - y1) / rise;
    from = Math.max(from, Math.min(atTop, atBottom));
    to = Math.min(to, Math.max(atTop, atBottom));
    double run = x2 - x1;
    return from < to
        ? Optional.of(
            new double[] {x1 + from * run, y1 + from * rise, x1 + to * run, y1 + to * rise})
        : Optional.empty();
  }

  private double px(Curve.Point point, Curve curve) {
    return px(point.x()) + dodge() * (curves.indexOf(curve) - (curves.size() - 1) / 2.0);
  }

  /** Pixels between neighbouring series: all of them take up at most half of a tick's share. */
  private double dodge() {
    if (!sideBySide) {
      return 0;
    }
    double share = RIGHT - LEFT;
    for (int i = 1; i < x.ticks().size(); i++) {
      share = Math.min(share, px(x.ticks().get(i)) - px(x.ticks().get(i - 1)));
    }
    return Math.min(MOST_DODGE, share / 2 / curves.size());
  }

  private double px(double value) {
    return LEFT + (RIGHT - LEFT) * x.position(value);
  }

  private double py(double value) {
    return BOTTOM - (BOTTOM - TOP) * y.position(value);
  }

  private static Ink ink(Curve curve) {
    return curve.faded() ? Ink.FADED : Ink.series(curve.index());
  }

  private static Drawing.Text text(
      String text, double x, double y, double size, Ink ink, Anchor anchor, boolean bold) {
    return new Drawing.Text(text, x, y, size, ink, anchor, bold, false);
  }
}
