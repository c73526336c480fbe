package dev.espalier.bench.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A product of a weight [m, k] with activations [k, n], written {@code MxKxN}; with more than one
 * independent product {@code B*MxKxN}.
 */
record ProductShape(int batch, int m, int k, int n) {
  private static final Pattern TEXT =
      Pattern.compile("(?:(\\d{1,9})\\*)?(\\d{1,9})x(\\d{1,9})x(\\d{1,9})");

  static ProductShape parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "the shape of a product is MxKxN, such as 512x512x768, but this is '%s'".formatted(text));
    }
    int batch = matcher.group(1) == null ? 1 : Integer.parseInt(matcher.group(1));
    return new ProductShape(
        batch,
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)),
        Integer.parseInt(matcher.group(4)));
  }

  static String of(int m, int k, int n) {
    return m + "x" + k + "x" + n;
  }
}
