package dev.espalier.bench.report.chart;

import java.util.List;

/**
 * One series of a chart.
 *
 * @param name its name in the legend
 * @param index what gives it its colour and marker
 * @param faded whether it is drawn in grey, behind the others
 * @param points its points, in the order in which they are joined
 */
public record Curve(String name, int index, boolean faded, List<Point> points) {

  /** Copies the points. */
  public Curve {
    points = List.copyOf(points);
  }

  /**
   * A point with its spread in both directions, 0 for none.
   *
   * @param x horizontal value
   * @param y vertical value
   * @param spreadX half the length of the horizontal error bar
   * @param spreadY half the length of the vertical error bar
   * @param front whether it is on the Pareto front, drawn filled
   * @param tooltip what a pointer on it shows
   */
  public record Point(
      double x, double y, double spreadX, double spreadY, boolean front, String tooltip) {}
}
