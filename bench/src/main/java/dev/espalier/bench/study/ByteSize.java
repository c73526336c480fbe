package dev.espalier.bench.study;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes of memory as people write them. */
public final class ByteSize {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)(?:i?b)?");
  private static final String PREFIXES = "kmgt";

  private ByteSize() {}

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
