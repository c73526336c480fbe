package dev.espalier.nn.data;

import java.util.Arrays;

/**
 * One way to write a digit: pen strokes in the unit square (x right, y down), flattened to points
 * close enough together that a straight line can be bent by an elastic field.
 *
 * @param x horizontal position of each point
 * @param y vertical position of each point
 * @param strokeStart whether the pen was lifted before each point
 */
record Glyph(float[] x, float[] y, boolean[] strokeStart) {
  private static final double SPACING = 0.085;

  int length() {
    return x.length;
  }

  /**
   * Parses {@code M x y} (move), {@code L x y} (line), {@code C x1 y1 x2 y2 x y} (cubic Bézier) and
   * {@code E cx cy rx ry from to} (elliptical arc in degrees, 0 = right, 90 = down; joined to the
   * stroke if one is open).
   */
  static Glyph parse(String path) {
    var pen = new Pen();
    String[] tokens = path.split(" ", -1);
    for (int at = 0; at < tokens.length; ) {
      String command = tokens[at++];
      int arity =
          switch (command) {
            case "M", "L" -> 2;
            case "C", "E" -> 6;
            default -> throw new IllegalArgumentException("glyph path: unknown command " + command);
          };
      double[] a = new double[arity];
      for (int i = 0; i < arity; i++) {
        a[i] = Double.parseDouble(tokens[at++]);
      }
      switch (command) {
        case "M" -> pen.move(a[0], a[1]);
        case "L" -> pen.line(a[0], a[1]);
        case "C" -> pen.cubic(a);
        default -> pen.arc(a);
      }
    }
    return pen.glyph();
  }

  /** Collects points while a path is walked. */
  private static final class Pen {
    private float[] x = new float[128];
    private float[] y = new float[128];
    private boolean[] start = new boolean[128];
    private int count;
    private double atX;
    private double atY;

    void move(double toX, double toY) {
      add(toX, toY, true);
    }

    void line(double toX, double toY) {
      double fromX = atX;
      double fromY = atY;
      int steps = steps(StrictMath.hypot(toX - fromX, toY - fromY));
      for (int i = 1; i <= steps; i++) {
        double t = (double) i / steps;
        add(fromX + t * (toX - fromX), fromY + t * (toY - fromY), false);
      }
    }

    void cubic(double[] a) {
      double fromX = atX;
      double fromY = atY;
      double polygon =
          StrictMath.hypot(a[0] - fromX, a[1] - fromY)
              + StrictMath.hypot(a[2] - a[0], a[3] - a[1])
              + StrictMath.hypot(a[4] - a[2], a[5] - a[3]);
      double chord = StrictMath.hypot(a[4] - fromX, a[5] - fromY);
      int steps = steps((polygon + chord) / 2);
      for (int i = 1; i <= steps; i++) {
        double t = (double) i / steps;
        double u = 1 - t;
        add(
            u * u * u * fromX + 3 * u * u * t * a[0] + 3 * u * t * t * a[2] + t * t * t * a[4],
            u * u * u * fromY + 3 * u * u * t * a[1] + 3 * u * t * t * a[3] + t * t * t * a[5],
            false);
      }
    }

    void arc(double[] a) {
      double sweep = Math.toRadians(a[5] - a[4]);
      int steps = steps(Math.abs(sweep) * (a[2] + a[3]) / 2);
      boolean joined = count > 0;
      for (int i = 0; i <= steps; i++) {
        double angle = Math.toRadians(a[4]) + sweep * i / steps;
        double toX = a[0] + a[2] * StrictMath.cos(angle);
        double toY = a[1] + a[3] * StrictMath.sin(angle);
        add(toX, toY, i == 0 && !joined);
      }
    }

    Glyph glyph() {
      return new Glyph(
          Arrays.copyOf(x, count), Arrays.copyOf(y, count), Arrays.copyOf(start, count));
    }

    private static int steps(double length) {
      return Math.max(1, (int) Math.ceil(length / SPACING));
    }

    private void add(double toX, double toY, boolean lifted) {
      if (count == x.length) {
        x = Arrays.copyOf(x, 2 * count);
        y = Arrays.copyOf(y, 2 * count);
        start = Arrays.copyOf(start, 2 * count);
      }
      atX = toX;
      atY = toY;
      x[count] = (float) toX;
      y[count] = (float) toY;
      start[count++] = lifted;
    }
  }
}
