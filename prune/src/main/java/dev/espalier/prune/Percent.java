package dev.espalier.prune;

/** Shares as names write them. */
public final class Percent {
  private static final double ROUNDING = 1e4;

  private Percent() {}

  /** Such as {@code 12.5} for 0.125. */
  public static String of(double share) {
    return Double.toString(Math.rint(share * ROUNDING) / 100).replaceAll("\\.0$", "");
  }

  /** The share that {@link #of} wrote. */
  public static double share(String percent) {
    return Double.parseDouble(percent) / 100;
  }
}
