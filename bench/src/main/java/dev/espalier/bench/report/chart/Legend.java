package dev.espalier.bench.report.chart;

import dev.espalier.bench.report.chart.Drawing.Anchor;
import java.util.List;
import java.util.Set;

/** Which colour and marker is which series, in as many rows as the width needs. */
public final class Legend {

  private static final double ROW = 22;
  private static final double SAMPLE = 30;
  private static final double GAP = 22;
  private static final double SIZE = 13;

  private Legend() {}

  /**
   * Draws a legend.
   *
   * @param names names of the series by index
   * @param faded which of them are drawn in grey
   * @param note a closing remark, or empty
   * @param width the width to fill
   */
  public static Drawing draw(List<String> names, Set<String> faded, String note, double width) {
    double x = 0;
    double y = ROW / 2;
    Drawing unsized = new Drawing(width, ROW, "");
    for (int i = 0; i < names.size(); i++) {
      double length = SAMPLE + textWidth(names.get(i), SIZE);
      if (x > 0 && x + length > width) {
        x = 0;
        y += ROW;
      }
      drawEntry(unsized, names.get(i), ink(i, faded.contains(names.get(i))), i, x, y);
      x += length + GAP;
    }
    if (!note.isEmpty()) {
      if (x + textWidth(note, SIZE) > width) {
        x = 0;
        y += ROW;
      }
      unsized.add(new Drawing.Text(note, x, y + 4.5, SIZE, Ink.MUTED, Anchor.START, false, false));
    }
    return new Drawing(width, y + ROW / 2, "Legend: " + String.join(", ", names))
        .place(unsized, 0, 0);
  }

  /** The line and marker of one series, for a legend in a page. */
  public static Drawing sample(int index, String name, boolean faded) {
    Drawing drawing = new Drawing(SAMPLE - 6, 14, name);
    drawSample(drawing, ink(index, faded), index, 0, 7);
    return drawing;
  }

  /** A generous estimate, since a page's fonts are not known here. */
  static double textWidth(String text, double size) {
    return 0.6 * size * text.codePointCount(0, text.length());
  }

  private static Ink ink(int index, boolean faded) {
    return faded ? Ink.FADED : Ink.series(index);
  }

  private static void drawEntry(
      Drawing drawing, String name, Ink ink, int index, double x, double y) {
    drawSample(drawing, ink, index, x, y);
    drawing.add(
        new Drawing.Text(name, x + SAMPLE, y + 4.5, SIZE, Ink.TEXT, Anchor.START, false, false));
  }

  private static void drawSample(Drawing drawing, Ink ink, int index, double x, double y) {
    drawing.add(new Drawing.Line(x + 1, y, x + SAMPLE - 7, y, ink, 1.8, 0));
    drawing.add(new Drawing.Glyph(Marker.series(index), x + SAMPLE / 2 - 3, y, 4.6, ink, true, ""));
  }
}
