package dev.espalier.tensor.io;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A strict parser of the Python dictionary in an NPY header: exactly the keys {@code descr}, {@code
 * fortran_order} and {@code shape}, in any order, and nothing that would need evaluation.
 */
final class NpyDict {
  private final Source source;
  private final long start;
  private final byte[] text;
  private int at;

  private String descr;
  private boolean fortranOrder;
  private long[] shape;

  private NpyDict(Source source, long start, byte[] text) {
    this.source = source;
    this.start = start;
    this.text = text;
  }

  /**
   * Parses header text.
   *
   * @param start where in the source the text begins, for messages
   */
  static NpyDict parse(Source source, long start, byte[] text) {
    var dict = new NpyDict(source, start, text);
    dict.parse();
    return dict;
  }

  String descr() {
    return descr;
  }

  boolean fortranOrder() {
    return fortranOrder;
  }

  long[] shape() {
    return shape;
  }

  private void parse() {
    Set<String> keys = new HashSet<>();
    take('{', "header");
    while (next() != '}') {
      int keyAt = at;
      String key = string("header");
      if (!keys.add(key)) {
        throw source.fault(start + keyAt, "header", "keys must differ", "'" + key + "' twice");
      }
      take(':', key);
      value(key, keyAt);
      if (next() != '}') {
        take(',', "header");
      }
    }
    at++;
    if (next() != -1) {
      throw expected("header", "only white space after the dictionary");
    }
    for (String key : new String[] {"descr", "fortran_order", "shape"}) {
      if (!keys.contains(key)) {
        throw source.fault(start, key, "the header must have this key", keys);
      }
    }
  }

  private void value(String key, int keyAt) {
    switch (key) {
      case "descr" -> {
        int first = next();
        if (first == '[' || first == '(') {
          throw source.fault(
              start + at, key, NpyHeader.SUPPORTED, "a structured dtype (a list of fields)");
        }
        descr = string(key);
      }
      case "fortran_order" -> fortranOrder = bool(key);
      case "shape" -> shape = tuple(key);
      default ->
          throw source.fault(
              start + keyAt, key, "keys must be descr, fortran_order and shape", "'" + key + "'");
    }
  }

  private String string(String field) {
    int quote = next();
    if (quote != '\'' && quote != '"') {
      throw expected(field, "a quoted string");
    }
    int from = ++at;
    while (at < text.length && text[at] != quote) {
      if (text[at] < ' ' || text[at] == '\\') {
        throw expected(field, "printable ASCII without escapes in a string");
      }
      at++;
    }
    if (at == text.length) {
      throw expected(field, "a closing quote");
    }
    return new String(text, from, at++ - from, StandardCharsets.US_ASCII);
  }

  private boolean bool(String field) {
    boolean value = next() == 'T';
    String word = value ? "True" : "False";
    byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
    int end = at + bytes.length;
    if (end > text.length || !Arrays.equals(text, at, end, bytes, 0, bytes.length)) {
      throw expected(field, "True or False");
    }
    at = end;
    return value;
  }

  private long[] tuple(String field) {
    take('(', field);
    long[] values = new long[4];
    int count = 0;
    boolean comma = true;
    while (next() != ')') {
      if (!comma) {
        throw expected(field, "',' or ')'");
      }
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = integer(field);
      comma = next() == ',';
      at += comma ? 1 : 0;
    }
    if (count == 1 && !comma) {
      throw expected(field, "a comma in a tuple of one");
    }
    at++;
    return Arrays.copyOf(values, count);
  }

  private long integer(String field) {
    next();
    int from = at;
    at += at < text.length && text[at] == '-' ? 1 : 0;
    int digits = at;
    while (at < text.length && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    if (at == digits) {
      throw expected(field, "an integer");
    }
    String number = new String(text, from, at - from, StandardCharsets.US_ASCII);
    if (at < text.length && text[at] == 'L') {
      at++; // Python 2 wrote long integers so
    }
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException _) { // the grammar is checked, so only the range is left
      throw source.fault(start + from, field, "extents must fit 64 bits", number);
    }
  }

  private void take(char c, String field) {
    if (next() != c) {
      throw expected(field, "'" + c + "'");
    }
    at++;
  }

  private int next() {
    while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t')) {
      at++;
    }
    return at < text.length ? text[at] & 0xff : -1;
  }

  private TensorFileException expected(String field, String rule) {
    String actual = at < text.length ? "byte 0x%02x".formatted(text[at]) : "the header's end";
    return source.fault(start + at, field, "expected " + rule, actual);
  }
}
