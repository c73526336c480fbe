package dev.espalier.bench.measure;

import dev.espalier.bench.report.Numbers;
import dev.espalier.bench.report.TextTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page bench/RESULTS.md: where sparse wins, where it loses, and all rows. */
public final class ResultsPage {
  private static final int MOST_LOSSES = 60;

  private final Results results;
  private final StringBuilder text = new StringBuilder();

  private ResultsPage(Results results) {
    this.results = results;
  }

  /** The page as Markdown. */
  public static String markdown(Results results) {
    return new ResultsPage(results).write();
  }

  private String write() {
    text.append("# Results\n\n");
    text.append("Written by `bench/espalier bench report`; do not edit.\n");
    text.append("Ratio is peer time ÷ our time, so above 1 we are faster. ");
    text.append("GFLOP/s of ours count the stored weights only, those of a dense peer all.\n");
    provenance();
    List<KernelRow> sparse = results.kernels().stream().filter(ResultsPage::isSparsePair).toList();
    section("Where sparse wins", wins(sparse));
    section("Break-even sparsity", breakEven());
    section("Where we lose", losses());
    if (!results.models().isEmpty()) {
      section("Models", models());
    }
    Map<String, List<KernelRow>> families =
        results.kernels().stream()
            .collect(Collectors.groupingBy(KernelRow::kernel, TreeMap::new, Collectors.toList()));
    families.forEach((kernel, rows) -> section("Kernel: " + kernel, rows(rows)));
    return text.toString();
  }

  private static boolean isSparsePair(KernelRow row) {
    return !row.format().equals("dense") && row.ratio() != null;
  }

  private void section(String title, String body) {
    text.append("\n## ").append(title).append("\n\n").append(body);
  }

  private void provenance() {
    text.append("\n");
    list("machine", KernelRow::machine, ModelRow::machine);
    list("Java", KernelRow::jdk, ModelRow::jdk);
    list("commit", KernelRow::commit, ModelRow::commit);
    Map<Integer, DoubleSummaryStatistics> peaks =
        results.kernels().stream()
            .collect(
                Collectors.groupingBy(
                    KernelRow::threads,
                    TreeMap::new,
                    Collectors.summarizingDouble(KernelRow::peakGflops)));
    peaks.forEach(
        (threads, peak) ->
            text.append("- peak on %d thread%s: ".formatted(threads, threads == 1 ? "" : "s"))
                .append(Numbers.fixed(peak.getMin(), 0))
                .append(" to ")
                .append(Numbers.fixed(peak.getMax(), 0))
                .append(" GFLOP/s, looked at beside every row\n"));
  }

  private void list(
      String what, Function<KernelRow, String> ofKernel, Function<ModelRow, String> ofModel) {
    var values =
        Stream.concat(
                results.kernels().stream().map(ofKernel), results.models().stream().map(ofModel))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    values.forEach(
        value -> text.append("- ").append(what).append(": `").append(value).append("`\n"));
  }

  // ---- summaries

  /** Per kernel, pass, format, sparsity, threads and peer: how many rows win, and by how much. */
  private static String wins(List<KernelRow> sparse) {
    if (sparse.isEmpty()) {
      return "No sparse rows with a peer.\n";
    }
    Map<List<String>, List<Double>> groups = new TreeMap<>(Comparator.comparing(List::toString));
    for (KernelRow row : sparse) {
      List<String> key =
          List.of(
              row.kernel(),
              row.pass(),
              row.format(),
              percent(row.sparsity()),
              String.valueOf(row.threads()),
              row.peer());
      groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(row.ratio());
    }
    TextTable table =
        new TextTable(
            3,
            List.of(
                "kernel",
                "pass",
                "format",
                "sparsity",
                "threads",
                "peer",
                "wins",
                "least",
                "geometric mean",
                "most"));
    groups.forEach(
        (key, ratios) -> {
          List<String> cells = new ArrayList<>(key);
          long wins = ratios.stream().filter(ratio -> ratio >= 1).count();
          cells.add("%d of %d".formatted(wins, ratios.size()));
          cells.add(times(ratios.stream().mapToDouble(it -> it).min().orElseThrow()));
          double logs = ratios.stream().mapToDouble(Math::log).average().orElseThrow();
          cells.add(times(Math.exp(logs)));
          cells.add(times(ratios.stream().mapToDouble(it -> it).max().orElseThrow()));
          table.row(cells);
        });
    return table.markdown();
  }

  private String breakEven() {
    List<BreakEven> all = BreakEven.of(results.kernels());
    if (all.isEmpty()) {
      return "Nothing was measured at two sparsities.\n";
    }
    TextTable table =
        new TextTable(
            4, List.of("kernel", "pass", "format", "shape", "threads", "peer", "break-even"));
    for (BreakEven one : all) {
      KernelRow row = one.row();
      table.row(
          List.of(
              row.kernel(),
              row.pass(),
              row.format(),
              row.shape(),
              String.valueOf(row.threads()),
              row.peer(),
              one.text()));
    }
    return table.markdown();
  }

  private String losses() {
    List<KernelRow> lost =
        results.kernels().stream()
            .filter(row -> row.ratio() != null && row.ratio() < 1)
            .sorted(Comparator.comparingDouble(KernelRow::ratio))
            .toList();
    if (lost.isEmpty()) {
      return "Nowhere among the rows below.\n";
    }
    String more =
        lost.size() > MOST_LOSSES
            ? "\nThe worst %d of %d rows.\n".formatted(MOST_LOSSES, lost.size())
            : "";
    return rows(lost.subList(0, Math.min(MOST_LOSSES, lost.size()))) + more;
  }

  // ---- rows

  private static String rows(List<KernelRow> rows) {
    TextTable table =
        new TextTable(
            4,
            List.of(
                "kernel",
                "pass",
                "format",
                "shape",
                "sparsity",
                "threads",
                "GFLOP/s",
                "us",
                "of roof",
                "bytes/call",
                "peer",
                "its GFLOP/s",
                "its us",
                "ratio",
                "±"));
    for (KernelRow row : rows) {
      String shape =
          row.pattern().isEmpty() ? row.shape() : row.shape() + " " + file(row.pattern());
      boolean alone = row.peer() == null;
      table.row(
          List.of(
              row.kernel(),
              row.pass(),
              row.format(),
              shape,
              percent(row.sparsity()),
              String.valueOf(row.threads()),
              Numbers.fixed(row.oursGflops(), 1),
              Numbers.fixed(row.oursUs(), 1),
              percent(row.roofline()),
              Numbers.fixed(row.allocBytes(), 0),
              alone ? "" : row.peer(),
              alone ? "" : Numbers.fixed(row.peerGflops(), 1),
              alone ? "" : Numbers.fixed(row.peerUs(), 1),
              alone ? "" : times(row.ratio()),
              percent(row.error())));
    }
    return table.markdown();
  }

  /** The last folders and the name: those above differ from machine to machine. */
  private static String file(String pattern) {
    String[] parts = pattern.split("[/\\\\]");
    int from = Math.max(0, parts.length - 4);
    return String.join("/", List.of(parts).subList(from, parts.length));
  }

  private String models() {
    TextTable table =
        new TextTable(
            1,
            List.of(
                "model",
                "batch",
                "sparsity",
                "format",
                "threads",
                "ms",
                "peer",
                "its ms",
                "ratio",
                "±"));
    for (ModelRow row : results.models()) {
      boolean alone = row.peer() == null;
      table.row(
          List.of(
              row.model(),
              String.valueOf(row.batch()),
              percent(row.sparsity()),
              row.format(),
              String.valueOf(row.threads()),
              Numbers.fixed(row.oursMs(), 4),
              alone ? "" : row.peer(),
              alone ? "" : Numbers.fixed(row.peerMs(), 4),
              alone ? "" : times(row.ratio()),
              percent(row.error())));
    }
    return table.markdown();
  }

  private static String percent(double fraction) {
    double percent = 100 * fraction;
    boolean whole = Math.abs(percent - Math.rint(percent)) < 0.05;
    return Numbers.fixed(percent, whole ? 0 : 1) + " %";
  }

  private static String times(double ratio) {
    return Numbers.fixed(ratio, 2) + "x";
  }
}
