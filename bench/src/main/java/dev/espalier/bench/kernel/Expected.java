package dev.espalier.bench.kernel;

/**
 * What one element of a result must be, by a plain loop in double.
 *
 * @param value the exact result, almost
 * @param magnitude the sum of the absolute values of its terms
 * @param terms how many there are
 */
public record Expected(double value, double magnitude, long terms) {
  private static final double UNIT = 0x1p-24;

  /**
   * The largest error of a float32 sum in any order: the classic bound for short sums, and for long
   * ones eight standard deviations of a sum of independent roundings.
   */
  public double tolerance() {
    double roundings = Math.min(terms + 2.0, 8 * Math.sqrt((double) terms) + 16);
    return roundings * UNIT * magnitude + Float.MIN_NORMAL;
  }
}
