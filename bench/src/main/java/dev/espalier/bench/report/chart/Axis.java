package dev.espalier.bench.report.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One axis of a chart.
 *
 * @param label what it measures, with its unit
 * @param logarithmic whether equal ratios are equal lengths
 * @param low the value at its beginning
 * @param high the value at its end
 * @param ticks the values labelled, ascending
 * @param unit what is written after each tick, or empty
 */
public record Axis(
    String label, boolean logarithmic, double low, double high, List<Double> ticks, String unit) {

  private static final List<BigDecimal> NICE =
      Stream.of("1", "2", "2.5", "5", "10", "20").map(BigDecimal::new).toList();
  private static final int MOST_TICKS = 7;

  /** Refuses an empty range, and one that a logarithm cannot show. */
  public Axis {
    requireRange(label, logarithmic, low, high);
    ticks = ticks.stream().filter(tick -> tick >= low && tick <= high).sorted().toList();
  }

  /** A linear axis with round ticks. */
  public static Axis linear(String label, double low, double high, String unit) {
    requireRange(label, false, low, high);
    return new Axis(label, false, low, high, roundTicks(low, high), unit);
  }

  /** A logarithmic axis with ticks at powers of two, or at round values if its range is short. */
  public static Axis logarithmic(String label, double low, double high, String unit) {
    requireRange(label, true, low, high);
    List<Double> ticks = high / low >= 4 ? powersOfTwo(low, high) : roundTicks(low, high);
    return new Axis(label, true, low, high, ticks, unit);
  }

  /** Where a value lies, from 0 at the beginning to 1 at the end. */
  public double position(double value) {
    return logarithmic
        ? Math.log(value / low) / Math.log(high / low)
        : (value - low) / (high - low);
  }

  /** A tick's label; on a linear axis all have the same number of decimals. */
  public String label(double tick) {
    int decimals =
        logarithmic ? decimals(tick) : ticks.stream().mapToInt(Axis::decimals).max().orElse(0);
    return String.format(Locale.ROOT, "%." + decimals + "f", tick) + unit;
  }

  private static void requireRange(String label, boolean logarithmic, double low, double high) {
    if (!(low < high) || (logarithmic && !(low > 0)) || !Double.isFinite(high - low)) {
      throw new IllegalArgumentException(
          "axis " + label + ": range from " + low + " to " + high + " cannot be shown");
    }
  }

  private static int decimals(double tick) {
    BigDecimal shortest = BigDecimal.valueOf(tick).round(new MathContext(4)).stripTrailingZeros();
    return Math.max(0, shortest.scale());
  }

  private static List<Double> roundTicks(double low, double high) {
    BigDecimal step = roundStep((high - low) / MOST_TICKS);
    List<Double> ticks = new ArrayList<>();
    BigDecimal tick = BigDecimal.valueOf(low).divide(step, 0, RoundingMode.CEILING).multiply(step);
    for (; tick.doubleValue() <= high; tick = tick.add(step)) {
      ticks.add(tick.doubleValue());
    }
    return ticks;
  }

  /** The smallest round step that is at least as long; decimal, so that its multiples are exact. */
  private static BigDecimal roundStep(double least) {
    int exponent = (int) Math.floor(Math.log10(least));
    BigDecimal step = BigDecimal.ZERO;
    for (int i = 0; step.doubleValue() < least; i++) {
      step = NICE.get(i).scaleByPowerOfTen(exponent);
    }
    return step;
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
