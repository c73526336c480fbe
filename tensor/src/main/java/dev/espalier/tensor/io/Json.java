package dev.espalier.tensor.io;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes JSON (RFC 8259) as plain Java values.
 *
 * <p>Object: {@code Map<String, Object>} in the order of the text; array: {@code List<Object>};
 * then {@code String}, {@code Boolean}, {@code null}, {@code Long} for a number without fraction
 * and exponent, {@code Double} for any other. Everything written reads back equal, doubles to the
 * last bit.
 */
public final class Json {
  private Json() {}

  /**
   * Reads one value and nothing after it.
   *
   * @throws JsonException with the byte offset if the text is not JSON, nests deeper than 64
   *     levels, repeats a key, or holds a number that fits neither long nor double
   */
  public static Object parse(byte[] utf8) {
    var reader = new JsonReader(utf8);
    Object value = value(reader);
    reader.end();
    return value;
  }

  /** {@link #parse(byte[])} of a string; a lone surrogate in it becomes '?', as UTF-8 has none. */
  public static Object parse(String text) {
    return parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Object value(JsonReader reader) {
    return switch (reader.peek()) {
      case OBJECT -> {
        var map = new LinkedHashMap<String, Object>();
        reader.readObject(key -> map.put(key, value(reader)));
        yield map;
      }
      case ARRAY -> {
        var list = new ArrayList<Object>();
        reader.readArray(() -> list.add(value(reader)));
        yield list;
      }
      case STRING -> reader.readString();
      case NUMBER -> reader.readNumber();
      case BOOLEAN -> reader.readBoolean();
      case NULL -> {
        reader.readNull();
        yield null;
      }
    };
  }

  /**
   * Writes a value on one line, members in the map's order.
   *
   * @param value nested {@code Map}s with {@code String} keys, {@code List}s, {@code
   *     CharSequence}s, {@code Boolean}s, {@code Byte}, {@code Short}, {@code Integer}, {@code
   *     Long}, {@code Float} (widened), {@code Double} and {@code null}
   * @throws IllegalArgumentException for another type, for NaN and infinities, which JSON does not
   *     have, and for lone surrogates, which UTF-8 does not have
   */
  public static String write(Object value) {
    var out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> writeObject(map, out);
      case List<?> list -> writeArray(list, out);
      case CharSequence text -> writeString(text, out);
      case Boolean bool -> out.append(bool);
      case Double number -> writeDouble(number, out);
      case Float number -> writeDouble(number, out);
      case Byte number -> out.append(number);
      case Short number -> out.append(number);
      case Integer number -> out.append(number);
      case Long number -> out.append(number);
      default ->
          throw new IllegalArgumentException(
              "json: a %s is neither map, list, text, number, boolean nor null"
                  .formatted(value.getClass().getName()));
    }
  }

  private static void writeObject(Map<?, ?> map, StringBuilder out) {
    out.append('{');
    String separator = "";
    for (var entry : map.entrySet()) {
      if (!(entry.getKey() instanceof String key)) {
        throw new IllegalArgumentException(
            "json: keys must be strings but one is " + entry.getKey());
      }
      out.append(separator);
      writeString(key, out);
      out.append(':');
      write(entry.getValue(), out);
      separator = ",";
    }
    out.append('}');
  }

  private static void writeArray(List<?> list, StringBuilder out) {
    out.append('[');
    String separator = "";
    for (Object element : list) {
      out.append(separator);
      write(element, out);
      separator = ",";
    }
    out.append(']');
  }

  private static void writeDouble(double number, StringBuilder out) {
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException(
          "json: %s has no JSON form; write null or a string".formatted(number));
    }
    out.append(number);
  }

  private static void writeString(CharSequence text, StringBuilder out) {
    out.append('"');
    text.codePoints()
        .forEach(
            c -> {
              if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException(
                    "json: lone surrogate \\u%04x in a string".formatted(c));
              }
              switch (c) {
                case '"', '\\' -> out.append('\\').append((char) c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                  if (c < ' ') {
                    out.append("\\u%04x".formatted(c));
                  } else {
                    out.appendCodePoint(c);
                  }
                }
              }
            });
    out.append('"');
  }
}
