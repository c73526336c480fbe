package dev.espalier.bench.report.chart;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes elements, attributes and text as XML that is also HTML: every text and attribute value is
 * escaped, every element closed.
 *
 * <p>Control characters that XML cannot hold become U+FFFD.
 */
public final class Markup {

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes are names and values in turn. */
  public Markup open(String element, Object... attributes) {
    start(element, attributes);
    out.append('>');
    open.push(element);
    return this;
  }

  /** Closes the element opened last. */
  public Markup close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** Closes the element opened last and ends the line. */
  public Markup closeLine() {
    close();
    out.append('\n');
    return this;
  }

  /** An element that has no content in HTML or SVG, such as {@code meta} or {@code line}. */
  public Markup empty(String element, Object... attributes) {
    start(element, attributes);
    out.append("/>");
    return this;
  }

  /** An element that holds text alone. */
  public Markup leaf(String element, String text, Object... attributes) {
    return open(element, attributes).text(text).close();
  }

  /** Text. */
  public Markup text(String text) {
    escape(text);
    return this;
  }

  /** Ends the line, for a reader of the source. */
  public Markup line() {
    out.append('\n');
    return this;
  }

  /** Markup that another writer has made. */
  public Markup raw(String markup) {
    out.append(markup);
    return this;
  }

  /**
   * What was written.
   *
   * @throws IllegalStateException if an element is still open
   */
  public String finish() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("element " + open.peek() + " is not closed");
    }
    return out.toString();
  }

  private void start(String element, Object... attributes) {
    out.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(String.valueOf(attributes[i + 1]));
      out.append('"');
    }
  }

  private void escape(String text) {
    text.codePoints().forEach(this::escape);
  }

  private void escape(int point) {
    switch (point) {
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '&' -> out.append("&amp;");
      case '"' -> out.append("&quot;");
      default -> out.appendCodePoint(isXml(point) ? point : 0xFFFD);
    }
  }

  private static boolean isXml(int point) {
    boolean control = point < 0x20 && point != '\t' && point != '\n' && point != '\r';
    boolean surrogate = point >= 0xD800 && point <= 0xDFFF;
    return !control && !surrogate && point != 0xFFFE && point != 0xFFFF;
  }
}
