package dev.espalier.tensor.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A strict pull parser of RFC 8259 over UTF-8 bytes: bounded nesting, no duplicate keys, no lone
 * surrogates, nothing after the value.
 *
 * <p>The caller asks for what it expects; {@link #offset()} tells where the next token starts, so
 * that a reader of a larger format can name the place of a value it rejects.
 */
final class JsonReader {
  /** Objects and arrays inside one another. */
  static final int DEEPEST_NESTING = 64;

  /** What the next value is. */
  enum Kind {
    OBJECT,
    ARRAY,
    STRING,
    NUMBER,
    BOOLEAN,
    NULL
  }

  private final byte[] text;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private int at;
  private int depth;

  JsonReader(byte[] text) {
    this.text = text;
  }

  /** Where the next token starts. */
  int offset() {
    while (at < text.length
        && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
      at++;
    }
    return at;
  }

  Kind peek() {
    return switch (next()) {
      case '{' -> Kind.OBJECT;
      case '[' -> Kind.ARRAY;
      case '"' -> Kind.STRING;
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Kind.NUMBER;
      case 't', 'f' -> Kind.BOOLEAN;
      case 'n' -> Kind.NULL;
      default -> throw expected("a JSON value");
    };
  }

  /** Reads an object; {@code member} gets each key and must read its value. */
  void readObject(Consumer<String> member) {
    Set<String> keys = new HashSet<>();
    open('{', "an object");
    if (next() != '}') {
      do {
        int keyOffset = offset();
        String key = readString();
        if (!keys.add(key)) {
          throw new JsonException(
              keyOffset, "keys of an object must differ", "'" + key + "' twice");
        }
        take(':');
        member.accept(key);
      } while (takeIf(','));
    }
    close('}');
  }

  /** Reads an array; {@code element} must read one value each time. */
  void readArray(Runnable element) {
    open('[', "an array");
    if (next() != ']') {
      do {
        element.run();
      } while (takeIf(','));
    }
    close(']');
  }

  boolean readBoolean() {
    boolean value = next() == 't';
    word(value ? "true" : "false", "true or false");
    return value;
  }

  void readNull() {
    word("null", "null");
  }

  /** Reads an integer; a fraction, an exponent or more than 64 bits are refused. */
  long readLong() {
    int start = offset();
    if (readNumber() instanceof Long value) {
      return value;
    }
    throw new JsonException(start, "an integer is needed", text(start, at));
  }

  /**
   * Reads a {@link Long} if the number has neither fraction nor exponent, otherwise a {@link
   * Double}.
   */
  Number readNumber() {
    int start = offset();
    if (peek() != Kind.NUMBER) {
      throw expected("a number");
    }
    boolean integer = true;
    skip('-');
    if (!skip('0')) {
      digits();
    }
    if (skip('.')) {
      integer = false;
      digits();
    }
    if (skip('e') || skip('E')) {
      integer = false;
      if (!skip('+')) {
        skip('-');
      }
      digits();
    }
    String number = text(start, at);
    if (integer) {
      return parseLong(number, start);
    }
    return parseDouble(number, start);
  }

  private static Long parseLong(String number, int start) {
    try {
      return Long.valueOf(number);
    } catch (NumberFormatException _) { // the grammar is checked, so only the range is left
      throw new JsonException(start, "integers must fit 64 bits", number);
    }
  }

  private static Double parseDouble(String number, int start) {
    double value = Double.parseDouble(number);
    if (Double.isInfinite(value)) {
      throw new JsonException(start, "numbers must be finite as double", number);
    }
    return value;
  }

  String readString() {
    int start = offset();
    if (next() != '"') {
      throw expected("a string");
    }
    at++;
    var value = new StringBuilder();
    int chunk = at;
    while (true) {
      if (at == text.length) {
        throw new JsonException(start, "a string must end with '\"'", "the end of the text");
      }
      byte b = text[at];
      if (b >= 0 && b < ' ') {
        throw expected("control characters in strings must be escaped");
      }
      if (b == '"' || b == '\\') {
        value.append(decoded(chunk, at));
        at++;
        if (b == '"') {
          return wellFormed(value, start);
        }
        value.append(escape());
        chunk = at;
      } else {
        at++;
      }
    }
  }

  private char escape() {
    int letter = at < text.length ? text[at] : -1;
    char value =
        switch (letter) {
          case '"', '\\', '/' -> (char) letter;
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'u' -> hexadecimal();
          default -> throw expected("one of \"\\/bfnrtu after a backslash");
        };
    at++;
    return value;
  }

  /** Stops at the last of the four digits. */
  private char hexadecimal() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      at++;
      int digit = at < text.length ? Character.digit((char) (text[at] & 0xff), 16) : -1;
      if (digit < 0) {
        throw expected("four hexadecimal digits after \\u");
      }
      value = value * 16 + digit;
    }
    return (char) value;
  }

  private CharSequence decoded(int from, int to) {
    ByteBuffer bytes = ByteBuffer.wrap(text, from, to - from);
    try {
      return decoder.decode(bytes);
    } catch (CharacterCodingException _) {
      throw new JsonException(bytes.position(), "strings must be UTF-8", name(bytes.position()));
    }
  }

  private static String wellFormed(StringBuilder value, int start) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < value.length()
              && Character.isLowSurrogate(value.charAt(i + 1));
      if (Character.isSurrogate(c) && !pair) {
        throw new JsonException(
            start, "surrogates must come in pairs", "\\u%04x".formatted((int) c));
      }
      i += pair ? 1 : 0;
    }
    return value.toString();
  }

  /** Checks that nothing but white space is left. */
  void end() {
    if (offset() != text.length) {
      throw expected("the end of the text");
    }
  }

  private int next() {
    return offset() < text.length ? text[at] : -1;
  }

  private void open(char bracket, String what) {
    if (next() != bracket) {
      throw expected(what);
    }
    if (++depth > DEEPEST_NESTING) {
      throw new JsonException(at, "at most " + DEEPEST_NESTING + " nested levels", "one more");
    }
    at++;
  }

  private void close(char bracket) {
    if (next() != bracket) {
      throw expected("',' or '" + bracket + "'");
    }
    depth--;
    at++;
  }

  private void take(char c) {
    if (!takeIf(c)) {
      throw expected("'" + c + "'");
    }
  }

  private boolean takeIf(char c) {
    return next() == c && skip(c);
  }

  private boolean skip(char c) {
    if (at < text.length && text[at] == c) {
      at++;
      return true;
    }
    return false;
  }

  private void digits() {
    int start = at;
    while (at < text.length && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    if (at == start) {
      throw expected("a digit");
    }
  }

  private void word(String word, String rule) {
    int start = offset();
    for (int i = 0; i < word.length(); i++) {
      if (!skip(word.charAt(i))) {
        at = start;
        throw expected(rule);
      }
    }
  }

  private JsonException expected(String rule) {
    return new JsonException(at, "expected " + rule, name(at));
  }

  private String name(int position) {
    if (position >= text.length) {
      return "the end of the text";
    }
    int b = text[position] & 0xff;
    return b > ' ' && b < 0x7f ? "'" + (char) b + "'" : "byte 0x%02x".formatted(b);
  }

  private String text(int from, int to) {
    return new String(text, from, to - from, StandardCharsets.US_ASCII);
  }
}
