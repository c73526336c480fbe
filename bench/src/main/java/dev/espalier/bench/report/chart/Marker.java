package dev.espalier.bench.report.chart;

/** The shape that marks a point, so that series are told apart without colour. */
public enum Marker {
  /** A disc. */
  CIRCLE,
  /** A square. */
  SQUARE(-1, -1, 1, -1, 1, 1, -1, 1),
  /** A triangle on its base. */
  TRIANGLE(0, -1.25, 1.15, 0.85, -1.15, 0.85),
  /** A square on its tip. */
  DIAMOND(0, -1.35, 1.35, 0, 0, 1.35, -1.35, 0),
  /** A triangle on its tip. */
  TRIANGLE_DOWN(0, 1.25, 1.15, -0.85, -1.15, -0.85),
  /** An upright cross. */
  PLUS(
      -0.4, -1.3, 0.4, -1.3, 0.4, -0.4, 1.3, -0.4, 1.3, 0.4, 0.4, 0.4, 0.4, 1.3, -0.4, 1.3, -0.4,
      0.4, -1.3, 0.4, -1.3, -0.4, -0.4, -0.4),
  /** A pentagon. */
  PENTAGON(0, -1.2, 1.14, -0.37, 0.7, 0.97, -0.7, 0.97, -1.14, -0.37);

  @SuppressWarnings("ImmutableEnumChecker") // never written, never handed out
  private final double[] corners;

  Marker(double... corners) {
    this.corners = corners;
  }

  /** The marker of a series. */
  public static Marker series(int index) {
    return values()[index % values().length];
  }

  /** The corners as x, y, x, y, ... about the origin, scaled; empty for a disc. */
  double[] corners(double x, double y, double radius) {
    double[] placed = new double[corners.length];
    for (int i = 0; i < corners.length; i += 2) {
      placed[i] = x + radius * corners[i];
      placed[i + 1] = y + radius * corners[i + 1];
    }
    return placed;
  }
}
