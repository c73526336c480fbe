package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Markup;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Every operating point of a pair with all its figures, as a table of the page. */
final class ResultTable {

  private static final String NONE = "\u2013";

  private ResultTable() {}

  /** Writes the table; {@code sample} gives the markup of a method's line and marker. */
  static void write(Markup page, PairSummary pair, UnaryOperator<String> sample) {
    Set<OperatingPoint> front = pair.paretoByCompression();
    Set<String> dominated = pair.dominated();
    page.open("div", "class", "scroll").open("table", "class", "results");
    writeHead(page);
    page.open("tbody");
    writeDense(page, pair);
    String method = "";
    for (OperatingPoint point : pair.points()) {
      boolean firstOfMethod = !point.method().equals(method);
      method = point.method();
      String kind =
          (firstOfMethod ? "first " : "")
              + (front.contains(point) ? "front" : "")
              + (dominated.contains(method) ? "dominated" : "");
      page.open("tr", "class", kind.strip());
      page.open("th", "scope", "row");
      if (firstOfMethod) {
        page.raw(sample.apply(method)).text(method);
      }
      page.close();
      writeFigures(page, point);
      page.leaf("td", front.contains(point) ? "\u25cf" : "", "class", "mark");
      page.closeLine();
    }
    page.close().close().closeLine();
  }

  private static void writeHead(Markup page) {
    page.open("thead").open("tr");
    page.leaf("th", "method", "rowspan", 2, "scope", "col");
    page.leaf("th", "ratio", "rowspan", 2, "scope", "col");
    page.leaf("th", "seeds", "rowspan", 2, "scope", "col");
    group(page, "top-1, %", 3);
    group(page, "top-5, %", 3);
    group(page, "parameters", 2);
    group(page, "on disk", 2);
    group(page, "multiply-adds", 2);
    group(page, "latency", 2);
    group(page, "training", 3);
    page.leaf("th", "Pareto", "rowspan", 2, "scope", "col");
    page.closeLine().open("tr");
    for (String head :
        new String[] {
          "before tuning",
          "final",
          "change",
          "before tuning",
          "final",
          "change",
          "left",
          "smaller",
          "size",
          "smaller",
          "left",
          "fewer",
          "ms",
          "faster",
          "epochs",
          "multiply-adds",
          "of dense"
        }) {
      page.leaf("th", head, "scope", "col");
    }
    page.close().closeLine();
  }

  private static void group(Markup page, String title, int columns) {
    page.leaf("th", title, "colspan", columns, "scope", "colgroup", "class", "group");
  }

  private static void writeDense(Markup page, PairSummary pair) {
    page.open("tr", "class", "dense").leaf("th", "dense", "scope", "row");
    cells(
        page,
        "1\u00d7",
        String.valueOf(pair.seeds().size()),
        NONE,
        PageText.percent(pair.dense(Measurement::top1)),
        NONE,
        NONE,
        PageText.percent(pair.dense(Measurement::top5)),
        NONE,
        Numbers.count(pair.dense(Measurement::parameters).mean()),
        NONE,
        Numbers.bytes(pair.dense(Measurement::bytes).mean()),
        NONE,
        Numbers.count(pair.dense(Measurement::flops).mean()),
        NONE,
        Numbers.milliseconds(pair.dense(Measurement::latencyMs).mean()),
        NONE,
        NONE,
        pair.denseTrainMacs().map(Numbers::large).orElse(NONE),
        NONE,
        "");
    page.closeLine();
  }

  private static void writeFigures(Markup page, OperatingPoint point) {
    cells(
        page,
        PageText.ratio(point.ratio()),
        String.valueOf(point.n()),
        point.top1BeforeFinetune().map(PageText::percent).orElse(NONE),
        PageText.percent(point.top1()),
        PageText.points(point.top1Change()),
        point.top5BeforeFinetune().map(PageText::percent).orElse(NONE),
        PageText.percent(point.top5()),
        PageText.signed(Numbers.points(point.top5Change().mean())),
        Numbers.count(point.pruned(Measurement::parameters).mean()),
        PageText.times(point.compression().mean()),
        Numbers.bytes(point.pruned(Measurement::bytes).mean()),
        PageText.times(point.bytesRatio().mean()),
        Numbers.count(point.pruned(Measurement::flops).mean()),
        PageText.times(point.theoreticalSpeedup().mean()),
        Numbers.milliseconds(point.pruned(Measurement::latencyMs).mean()),
        PageText.times(point.measuredSpeedup().mean()),
        Numbers.plain(point.over(TrialResult::epochs).mean()),
        point.trainMacs().map(it -> Numbers.large(it.mean())).orElse(NONE),
        point.trainingShare().map(it -> PageText.times(it.mean())).orElse(NONE));
  }

  private static void cells(Markup page, String... texts) {
    for (String text : texts) {
      page.leaf("td", text);
    }
  }
}
