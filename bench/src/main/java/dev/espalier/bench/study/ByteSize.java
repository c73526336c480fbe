package dev.espalier.bench.study;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes of memory as people write them. */
public final class ByteSize {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)(?:i?b)?");
  private static final String PREFIXES = "kmgt";

  private ByteSize() {}

  /** Bytes in the largest unit that they fill, such as {@code 1.5 GiB}. */
  static String text(long bytes) {
    int power = 0;
    double value = bytes;
    while (value >= 1024 && power < PREFIXES.length()) {
      value /= 1024;
      power++;
    }
    String unit = power == 0 ? "bytes" : "KMGT".charAt(power - 1) + "iB";
    return String.format(Locale.ROOT, power == 0 ? "%.0f %s" : "%.1f %s", value, unit);
  }

  /**
   * Reads {@code 8g}, {@code 512 MiB} or {@code 1073741824}; k, m, g and t are powers of 1024.
   *
   * @throws IllegalArgumentException if it is nothing of the kind
   */
  public static long parse(String text) {
    Matcher found = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!found.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no size of memory; write 8g, 512m or a number of bytes".formatted(text));
    }
    int power = found.group(2).isEmpty() ? 0 : PREFIXES.indexOf(found.group(2)) + 1;
    return (long) (Double.parseDouble(found.group(1)) * Math.pow(1024, power));
  }
}
