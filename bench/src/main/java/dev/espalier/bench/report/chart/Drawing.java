package dev.espalier.bench.report.chart;

import java.util.ArrayList;
import java.util.List;

/**
 * A picture as a list of simple marks on a page of fixed size, drawn alike by {@link SvgRenderer}
 * and {@link PngRenderer}; y grows downwards.
 */
public final class Drawing {

  private final double width;
  private final double height;
  private final String description;
  private final List<Mark> marks = new ArrayList<>();

  /** An empty page with a sentence for readers who cannot see it. */
  public Drawing(double width, double height, String description) {
    this.width = width;
    this.height = height;
    this.description = description;
  }

  /** Width in pixels. */
  public double width() {
    return width;
  }

  /** Height in pixels. */
  public double height() {
    return height;
  }

  /** The sentence for readers who cannot see the picture. */
  public String description() {
    return description;
  }

  /** The marks, first drawn first. */
  public List<Mark> marks() {
    return List.copyOf(marks);
  }

  /** Draws a mark over the earlier ones. */
  public Drawing add(Mark mark) {
    marks.add(mark);
    return this;
  }

  /** Draws another picture with its upper left corner at (x, y). */
  public Drawing place(Drawing other, double x, double y) {
    other.marks.forEach(mark -> marks.add(mark.moved(x, y)));
    return this;
  }

  /** How a text lies about its anchor. */
  public enum Anchor {
    /** The text begins at the anchor. */
    START,
    /** The text is centred on the anchor. */
    MIDDLE,
    /** The text ends at the anchor. */
    END
  }

  /** One thing drawn. */
  public sealed interface Mark {
    /** The same mark elsewhere. */
    Mark moved(double dx, double dy);
  }

  /** A straight line; a dash of 0 is solid. */
  public record Line(
      double x1, double y1, double x2, double y2, Ink ink, double thickness, double dash)
      implements Mark {
    @Override
    public Line moved(double dx, double dy) {
      return new Line(x1 + dx, y1 + dy, x2 + dx, y2 + dy, ink, thickness, dash);
    }
  }

  /** A marker, filled or hollow; the tooltip may be empty. */
  public record Glyph(
      Marker marker, double x, double y, double radius, Ink ink, boolean filled, String tooltip)
      implements Mark {

    /** Thickness of a marker's outline. */
    static final double OUTLINE = 1.5;

    @Override
    public Glyph moved(double dx, double dy) {
      return new Glyph(marker, x + dx, y + dy, radius, ink, filled, tooltip);
    }
  }

  /** A line of text; quarter turns it to read upwards. */
  public record Text(
      String text,
      double x,
      double y,
      double size,
      Ink ink,
      Anchor anchor,
      boolean bold,
      boolean upwards)
      implements Mark {
    @Override
    public Text moved(double dx, double dy) {
      return new Text(text, x + dx, y + dy, size, ink, anchor, bold, upwards);
    }
  }
}
