package dev.espalier.bench.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * One axis of a chart.
 *
 * @param label what it measures, with its unit
 * @param logarithmic whether equal ratios are equal lengths
 * @param low the value at its beginning
 * @param high the value at its end
 * @param ticks the values labelled, ascending
 * @param format how a tick is written
 */
public record Axis(
    String label,
    boolean logarithmic,
    double low,
    double high,
    List<Double> ticks,
    DoubleFunction<String> format) {

  private static final double[] NICE = {1, 2, 2.5, 5, 10};
  private static final int MOST_TICKS = 7;

  /** Refuses an empty range, and one that a logarithm cannot show. */
  public Axis {
    if (!(low < high) || (logarithmic && !(low > 0)) || !Double.isFinite(high - low)) {
      throw new IllegalArgumentException(
          "axis " + label + ": range from " + low + " to " + high + " cannot be shown");
    }
    ticks = ticks.stream().filter(tick -> tick >= low && tick <= high).sorted().toList();
  }

  /** A linear axis with round ticks. */
  public static Axis linear(String label, double low, double high, DoubleFunction<String> format) {
    return new Axis(label, false, low, high, roundTicks(low, high), format);
  }

  /** A logarithmic axis with ticks at powers of two, or at round values if its range is short. */
  public static Axis logarithmic(
      String label, double low, double high, DoubleFunction<String> format) {
    List<Double> ticks = high / low >= 4 ? powersOfTwo(low, high) : roundTicks(low, high);
    return new Axis(label, true, low, high, ticks, format);
  }

  /** Where a value lies, from 0 at the beginning to 1 at the end. */
  public double position(double value) {
    return logarithmic
        ? Math.log(value / low) / Math.log(high / low)
        : (value - low) / (high - low);
  }

  private static List<Double> roundTicks(double low, double high) {
    double step = roundStep((high - low) / MOST_TICKS);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** The smallest round step that is at least as long. */
  static double roundStep(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double nice : NICE) {
      if (nice * power >= least * (1 - 1e-9)) {
        return nice * power;
      }
    }
    return 10 * power;
  }

  private static List<Double> powersOfTwo(double low, double high) {
    List<Double> ticks = new ArrayList<>();
    double first = Math.ceil(Math.log(low) / Math.log(2) - 1e-9);
    for (double power = first; Math.pow(2, power) <= high * (1 + 1e-9); power++) {
      ticks.add(Math.pow(2, power));
    }
    return ticks;
  }
}
