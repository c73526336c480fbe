package dev.espalier.bench.report;

import java.math.BigDecimal;
import java.util.Locale;

/** How numbers are printed in tables and charts; plain ASCII, the same in every locale. */
public final class Numbers {

  private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB"};

  private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};

  private Numbers() {}

  /** The shortest decimal form: 2, 1.5, 0.05. */
  public static String plain(double value) {
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
        : Double.toString(value);
  }

  /** A number of decimals. */
  public static String fixed(double value, int decimals) {
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    boolean negativeZero =
        text.startsWith("-") && text.chars().allMatch(c -> "-0.".indexOf(c) >= 0);
    return negativeZero ? text.substring(1) : text;
  }

  /** A fraction as percent without its sign: 0.9821 is 98.21. */
  static String percent(double fraction) {
    return fixed(100 * fraction, 2);
  }

  /** A difference of fractions as percentage points, always with its sign unless zero. */
  static String points(double difference) {
    String text = percent(difference);
    return text.startsWith("-") || text.equals("0.00") ? text : "+" + text;
  }

  /** About three significant digits: 1.93, 31.9, 250. */
  static String times(double ratio) {
    return fixed(ratio, decimals(ratio));
  }

  /** Milliseconds with three significant digits. */
  static String milliseconds(double value) {
    return fixed(value, value >= 1 ? decimals(value) : 2 - (int) Math.floor(Math.log10(value)));
  }

  static String count(double value) {
    return String.format(Locale.ROOT, "%,d", Math.round(value));
  }

  /** A large number with three digits and a decimal prefix: 719 G. */
  static String large(double value) {
    int unit = 0;
    double scaled = value;
    while (scaled >= 999.5 && unit < PREFIXES.length - 1) {
      scaled /= 1000;
      unit++;
    }
    return unit == 0 ? count(value) : fixed(scaled, decimals(scaled)) + " " + PREFIXES[unit];
  }

  /** Bytes in decimal units: 1.07 MB. */
  static String bytes(double value) {
    int unit = 0;
    double scaled = value;
    while (scaled >= 999.5 && unit < BYTE_UNITS.length - 1) {
      scaled /= 1000;
      unit++;
    }
    return fixed(scaled, unit == 0 ? 0 : decimals(scaled)) + " " + BYTE_UNITS[unit];
  }

  private static int decimals(double value) {
    double size = Math.abs(value);
    if (size >= 99.95) {
      return 0;
    }
    return size >= 9.995 ? 1 : 2;
  }
}
