package dev.espalier.cuda.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** One JSON object on one line, in the order of the calls. */
final class JsonRow {
  private static final int DIGITS = 6;

  private final Map<String, String> fields = new LinkedHashMap<>();

  JsonRow put(String name, String value) {
    fields.put(name, value == null ? "null" : quoted(value));
    return this;
  }

  JsonRow put(String name, long value) {
    fields.put(name, Long.toString(value));
    return this;
  }

  JsonRow put(String name, boolean value) {
    fields.put(name, Boolean.toString(value));
    return this;
  }

  /** Six significant digits; what is no number becomes null, as JSON has none such. */
  JsonRow put(String name, double value) {
    fields.put(name, Double.isFinite(value) ? rounded(value) : "null");
    return this;
  }

  private static String rounded(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    return new java.math.BigDecimal(value)
        .round(new java.math.MathContext(DIGITS))
        .stripTrailingZeros()
        .toString();
  }

  private static String quoted(String value) {
    var text = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        default -> {
          if (c < ' ') {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    return text.append('"').toString();
  }

  @Override
  public String toString() {
    var text = new StringBuilder("{");
    fields.forEach(
        (name, value) ->
            text.append(text.length() == 1 ? "" : ",")
                .append(quoted(name))
                .append(':')
                .append(value));
    return text.append('}').toString();
  }
}
