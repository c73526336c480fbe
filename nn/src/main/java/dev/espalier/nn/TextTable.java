package dev.espalier.nn;

import java.util.List;

/** Lines of cells as text in aligned columns. */
final class TextTable {
  private static final String GAP = "  ";

  private TextTable() {}

  /**
   * The first line is a heading and the last one a total, set off by rules.
   *
   * @param leftAligned how many columns, from the left, are text; the others are numbers
   */
  static String format(List<List<String>> lines, int leftAligned) {
    int[] widths = new int[lines.getFirst().size()];
    for (List<String> line : lines) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], line.get(c).length());
      }
    }
    var text = new StringBuilder();
    String rule = rule(widths);
    for (int i = 0; i < lines.size(); i++) {
      if (i == 1 || i == lines.size() - 1) {
        text.append(rule);
      }
      append(text, lines.get(i), widths, leftAligned);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, List<String> line, int[] widths, int leftAligned) {
    var row = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String padding = " ".repeat(widths[c] - line.get(c).length());
      row.append(c == 0 ? "" : GAP)
          .append(c < leftAligned ? line.get(c) + padding : padding + line.get(c));
    }
    text.append(row.toString().stripTrailing()).append('\n');
  }

  private static String rule(int[] widths) {
    int total = GAP.length() * (widths.length - 1);
    for (int width : widths) {
      total += width;
    }
    return "-".repeat(total) + '\n';
  }
}
