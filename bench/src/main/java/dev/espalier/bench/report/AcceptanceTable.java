package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Markup;
import java.util.List;

/** The limits of a study and what was seen of them, as a section of the page. */
final class AcceptanceTable {
  private AcceptanceTable() {}

  static void write(Markup page, Acceptance acceptance) {
    page.open("section", "id", "limits").line().leaf("h2", "Limits").line();
    page.leaf(
            "p",
            "What the study set out to find, held against means over its seeds; %s."
                .formatted(acceptance.total()))
        .line();
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    acceptance.header().forEach(head -> page.leaf("th", head, "scope", "col", "class", "word"));
    page.close().closeLine().open("tbody");
    for (Acceptance.Verdict verdict : acceptance.verdicts()) {
      page.open("tr");
      List<String> cells = acceptance.row(verdict);
      for (String cell : cells.subList(0, cells.size() - 1)) {
        page.leaf("td", cell, "class", "word");
      }
      page.leaf("td", cells.getLast(), "class", verdict.met() ? "word" : "word missed").closeLine();
    }
    page.close().close().close().closeLine();
  }
}
