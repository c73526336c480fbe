package dev.espalier.bench.report;

import java.util.ArrayList;
import java.util.List;

/** A table of text: aligned columns for a terminal, or Markdown. */
public final class TextTable {

  private final List<String> header;
  private final int leftColumns;
  private final List<List<String>> rows = new ArrayList<>();

  /** The first {@code leftColumns} columns are flush left, the others flush right. */
  public TextTable(int leftColumns, List<String> header) {
    this.leftColumns = leftColumns;
    this.header = header.stream().map(TextTable::printable).toList();
  }

  /** Adds a row. */
  public TextTable row(List<String> cells) {
    if (cells.size() != header.size()) {
      throw new IllegalArgumentException(
          "row has " + cells.size() + " cells, the table " + header.size() + " columns");
    }
    rows.add(cells.stream().map(TextTable::printable).toList());
    return this;
  }

  /** For a terminal. */
  public String plain() {
    StringBuilder text = new StringBuilder();
    List<Integer> widths = widths();
    append(text, header, widths);
    append(text, widths.stream().map("-"::repeat).toList(), widths);
    rows.forEach(row -> append(text, row, widths));
    return text.toString();
  }

  /** As Markdown, whatever is in the cells. */
  public String markdown() {
    StringBuilder text = new StringBuilder();
    appendMarkdown(text, header);
    List<String> rule = new ArrayList<>();
    for (int column = 0; column < header.size(); column++) {
      rule.add(column < leftColumns ? "---" : "--:");
    }
    appendMarkdown(text, rule);
    rows.forEach(row -> appendMarkdown(text, row.stream().map(TextTable::escaped).toList()));
    return text.toString();
  }

  private List<Integer> widths() {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < header.size(); column++) {
      int width = length(header.get(column));
      for (List<String> row : rows) {
        width = Math.max(width, length(row.get(column)));
      }
      widths.add(width);
    }
    return widths;
  }

  private void append(StringBuilder text, List<String> cells, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String space = " ".repeat(widths.get(column) - length(cell));
      line.append(column == 0 ? "" : "  ")
          .append(column < leftColumns ? cell + space : space + cell);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private static void appendMarkdown(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Control characters would move a terminal's cursor or break a line. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private static String escaped(String text) {
    return text.replaceAll("([\\\\|*_`<>\\[\\]])", "\\\\$1");
  }
}
