package dev.espalier.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The summary as text: for a terminal, in ASCII, or as Markdown. What training cost is in epochs,
 * in multiply-adds, and in those as a multiple of the dense network's.
 */
public final class ConsoleTable {

  private static final List<String> HEADER =
      List.of(
          "method",
          "ratio",
          "n",
          "top-1 %",
          "sd",
          "change",
          "parameters",
          "smaller",
          "on disk",
          "latency ms",
          "faster",
          "in theory",
          "epochs",
          "train MACs",
          "training");

  private ConsoleTable() {}

  /** Aligned columns, a table per model and data set. */
  public static String plain(Summary summary) {
    StringBuilder text = new StringBuilder();
    for (PairSummary pair : summary.pairs()) {
      text.append(text.isEmpty() ? "" : "\n");
      text.append(pair.name().replaceAll("\\p{Cntrl}", "?")).append("\n\n");
      text.append(table(pair).plain());
    }
    return text.toString();
  }

  /** Markdown with a heading per model and data set. */
  public static String markdown(Summary summary) {
    StringBuilder text = new StringBuilder("# Pruning study\n");
    for (PairSummary pair : summary.pairs()) {
      text.append("\n## ").append(pair.name().replaceAll("\\p{Cntrl}", "?")).append("\n\n");
      text.append(table(pair).markdown());
    }
    return text.toString();
  }

  private static TextTable table(PairSummary pair) {
    TextTable table = new TextTable(1, HEADER).row(dense(pair));
    pair.points().forEach(point -> table.row(row(point)));
    return table;
  }

  private static List<String> dense(PairSummary pair) {
    Statistic top1 = pair.dense(Measurement::top1);
    return List.of(
        "dense",
        "1",
        String.valueOf(pair.seeds().size()),
        Numbers.percent(top1.mean()),
        deviation(top1),
        "",
        Numbers.count(pair.dense(Measurement::parameters).mean()),
        "1.00x",
        Numbers.bytes(pair.dense(Measurement::bytes).mean()),
        Numbers.milliseconds(pair.dense(Measurement::latencyMs).mean()),
        "1.00x",
        "1.00x",
        "",
        pair.denseTrainMacs().map(Numbers::large).orElse("-"),
        pair.denseTrainMacs().isPresent() ? "1.00x" : "-");
  }

  private static List<String> row(OperatingPoint point) {
    Statistic top1 = point.top1();
    List<String> cells = new ArrayList<>();
    cells.add(point.method());
    cells.add(Numbers.plain(point.ratio()));
    cells.add(String.valueOf(point.n()));
    cells.add(Numbers.percent(top1.mean()));
    cells.add(deviation(top1));
    cells.add(Numbers.points(point.top1Change().mean()));
    cells.add(Numbers.count(point.pruned(Measurement::parameters).mean()));
    cells.add(times(point.compression()));
    cells.add(Numbers.bytes(point.pruned(Measurement::bytes).mean()));
    cells.add(Numbers.milliseconds(point.pruned(Measurement::latencyMs).mean()));
    cells.add(times(point.measuredSpeedup()));
    cells.add(times(point.theoreticalSpeedup()));
    cells.add(Numbers.fixed(point.over(TrialResult::epochs).mean(), 0));
    cells.add(point.trainMacs().map(it -> Numbers.large(it.mean())).orElse("-"));
    cells.add(point.trainingShare().map(ConsoleTable::times).orElse("-"));
    return cells;
  }

  private static String deviation(Statistic statistic) {
    return statistic.hasSpread() ? Numbers.percent(statistic.deviation()) : "-";
  }

  private static String times(Statistic ratio) {
    return Numbers.times(ratio.mean()) + "x";
  }
}
