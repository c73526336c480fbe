package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Drawing;
import dev.espalier.bench.report.chart.Legend;
import dev.espalier.bench.report.chart.Markup;
import dev.espalier.bench.report.chart.SvgRenderer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The report as one page of HTML, also well-formed XML, that needs no other file. */
final class ReportPage {

  private final Summary summary;
  private final Acceptance acceptance;
  private final Markup page = new Markup();

  private ReportPage(Summary summary, Acceptance acceptance) {
    this.summary = summary;
    this.acceptance = acceptance;
  }

  static String of(Summary summary) {
    return of(summary, Acceptance.NONE);
  }

  static String of(Summary summary, Acceptance acceptance) {
    return new ReportPage(summary, acceptance).write();
  }

  private String write() {
    page.raw("<!DOCTYPE html>\n").open("html", "lang", "en").line().open("head").line();
    page.empty("meta", "charset", "utf-8").line();
    page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1").line();
    page.leaf("title", "Pruning study: " + names()).line();
    page.open("style").raw(SvgRenderer.styleSheet()).raw(PageStyle.CSS).closeLine();
    page.closeLine().open("body").line();
    writeHeader();
    page.open("main").line();
    if (!acceptance.isEmpty()) {
      AcceptanceTable.write(page, acceptance);
    }
    summary.pairs().forEach(this::writePair);
    writeMethods();
    writeDefinitions();
    ProvenanceSection.write(page, summary.trials());
    page.closeLine();
    return page.closeLine().closeLine().finish();
  }

  private void writeHeader() {
    page.open("header").line().leaf("h1", "Pruning study").line();
    page.leaf("p", whatWasRun(), "class", "lead").line();
    if (summary.pairs().size() > 1) {
      page.open("nav");
      if (!acceptance.isEmpty()) {
        page.leaf("a", "limits", "href", "#limits");
      }
      for (int i = 0; i < summary.pairs().size(); i++) {
        page.leaf("a", summary.pairs().get(i).name(), "href", "#pair-" + (i + 1));
      }
      page.leaf("a", "methods", "href", "#methods");
      page.leaf("a", "definitions", "href", "#definitions");
      page.leaf("a", "provenance", "href", "#provenance").closeLine();
    }
    List<String> caveats = Caveats.of(summary);
    if (!caveats.isEmpty()) {
      page.open("aside").leaf("strong", "Before comparing").open("ul");
      caveats.forEach(caveat -> page.leaf("li", caveat));
      page.close().closeLine();
    }
    page.closeLine();
  }

  private String whatWasRun() {
    List<TrialResult> trials = summary.trials();
    Provenance last = trials.get(trials.size() - 1).provenance();
    return "%s at %s on %s; %s each, %s in all, run on %s with %s (%s backend, JDK %s)."
        .formatted(
            PageText.counted(summary.methods().size(), "pruning method"),
            compressions(),
            names(),
            PageText.counted(summary.seeds().size(), "seed"),
            PageText.counted(trials.size(), "trial"),
            last.cpu(),
            PageText.counted(last.threads(), "thread"),
            last.provider(),
            last.jdk());
  }

  private String compressions() {
    List<Double> ratios = summary.ratios();
    String first = PageText.ratio(ratios.get(0));
    return ratios.size() == 1
        ? first + " compression"
        : PageText.counted(ratios.size(), "compression ratio")
            + " from "
            + first
            + " to "
            + PageText.ratio(ratios.get(ratios.size() - 1));
  }

  /** The pairs by data set: lenet-5 and vgg-tiny on mnist; resnet-20 on cifar-10. */
  private String names() {
    Map<String, List<String>> models = new LinkedHashMap<>();
    for (PairSummary pair : summary.pairs()) {
      models.computeIfAbsent(pair.data(), data -> new ArrayList<>()).add(pair.model());
    }
    List<String> phrases = new ArrayList<>();
    models.forEach((data, names) -> phrases.add(String.join(" and ", names) + " on " + data));
    return String.join("; ", phrases);
  }

  private void writePair(PairSummary pair) {
    int number = summary.pairs().indexOf(pair) + 1;
    page.open("section", "id", "pair-" + number).line().leaf("h2", pair.name()).line();
    page.leaf("p", densely(pair)).line();
    page.open("div", "class", "cards").line();
    for (Highlights.Card card : Highlights.of(pair)) {
      page.open("div", "class", "card").leaf("h3", card.label());
      page.leaf("p", card.figure(), "class", "figure").leaf("p", card.words()).closeLine();
    }
    page.closeLine();
    writeCharts(pair);
    writeRounds(pair);
    page.leaf("h3", "All results").line();
    ResultTable.write(page, pair, method -> sample(method, pair.dominated().contains(method)));
    page.leaf("h3", "Where the weights remain").line();
    page.leaf(
            "p",
            "Percent of each layer's parameters that remain, mean over seeds.",
            "class",
            "note")
        .line();
    HeatMaps.write(page, pair);
    page.closeLine();
  }

  private static String densely(PairSummary pair) {
    return "The dense network has %s parameters, %s on disk, and takes %s multiply-adds; it reaches %s %% top-1 and %s %% top-5 (%s)."
        .formatted(
            Numbers.count(pair.dense(Measurement::parameters).mean()),
            Numbers.bytes(pair.dense(Measurement::bytes).mean()),
            Numbers.count(pair.dense(Measurement::flops).mean()),
            PageText.percent(pair.dense(Measurement::top1)),
            PageText.percent(pair.dense(Measurement::top5)),
            PageText.counted(pair.seeds().size(), "seed"));
  }

  private void writeCharts(PairSummary pair) {
    PairCharts charts = new PairCharts(pair, summary.methods());
    page.open("figure").open("ul", "class", "legend").line();
    Set<String> dominated = pair.dominated();
    for (String method : pair.methods()) {
      boolean faded = dominated.contains(method);
      page.open("li", "class", faded ? "dominated" : "kept");
      page.raw(sample(method, faded)).text(method).closeLine();
    }
    page.closeLine();
    page.open("div", "class", "charts").line();
    for (List<Drawing> row : charts.rows()) {
      row.forEach(chart -> page.raw(SvgRenderer.inline(chart)));
    }
    page.closeLine();
    page.leaf(
        "figcaption",
        "Means over seeds; bars are standard deviations. Filled markers are on the Pareto front: no"
            + " other point is better in both directions; a method without any is grey in that"
            + " chart. In charts over compression, neighbouring methods stand a few pixels apart so"
            + " that their error bars stay legible.");
    page.closeLine();
  }

  private void writeRounds(PairSummary pair) {
    List<Drawing> charts = RoundCharts.of(pair, summary.methods());
    if (charts.isEmpty()) {
      return;
    }
    page.leaf("h3", "Round by round").line();
    page.open("figure").open("div", "class", "charts").line();
    charts.forEach(chart -> page.raw(SvgRenderer.inline(chart)));
    page.closeLine();
    page.leaf(
        "figcaption",
        "Each method that prunes in several rounds, on its way to the ratio that takes it the most:"
            + " a point is the network after the training of a round, mean over seeds, with"
            + " standard deviations.");
    page.closeLine();
  }

  private String sample(String method, boolean faded) {
    return SvgRenderer.inline(Legend.sample(summary.methods().indexOf(method), method, faded));
  }

  private void writeMethods() {
    page.open("section", "id", "methods").line().leaf("h2", "Methods").line();
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    for (String head :
        List.of("method", "structure", "scorer", "scope", "schedule", "fine-tuning")) {
      page.leaf("th", head, "scope", "col", "class", "word");
    }
    page.leaf("th", "epochs", "scope", "col").leaf("th", "training time, s", "scope", "col");
    page.close().closeLine().open("tbody");
    for (String method : summary.methods()) {
      writeMethod(method);
    }
    page.close().close().close().closeLine();
  }

  private void writeMethod(String method) {
    List<TrialResult> trials =
        summary.trials().stream().filter(trial -> trial.key().method().equals(method)).toList();
    for (Composition axes : trials.stream().map(TrialResult::composition).distinct().toList()) {
      List<TrialResult> same =
          trials.stream().filter(trial -> trial.composition().equals(axes)).toList();
      List<Double> seconds = same.stream().map(TrialResult::trainSeconds).toList();
      page.open("tr").leaf("th", method, "scope", "row");
      for (String name :
          List.of(
              axes.structure(), axes.scorer(), axes.scope(), axes.schedule(), axes.finetune())) {
        page.leaf("td", name, "class", "word");
      }
      page.leaf("td", range(same.stream().map(trial -> (double) trial.epochs()).toList()));
      page.leaf("td", Numbers.fixed(Statistic.of(seconds).mean(), 1)).closeLine();
    }
  }

  private static String range(List<Double> values) {
    TreeSet<Double> sorted = new TreeSet<>(values);
    String first = Numbers.plain(sorted.first());
    return sorted.size() == 1 ? first : first + "\u2013" + Numbers.plain(sorted.last());
  }

  private void writeDefinitions() {
    page.open("section", "id", "definitions").line().leaf("h2", "Definitions").open("dl").line();
    define(
        "Compression ratio",
        "parameters of the dense network divided by non-zero parameters of the pruned one; "
            + "layers that are not pruned count in both.");
    define(
        "Sparsity and density",
        "the share of zeros among the parameters, and the share of non-zeros; a compression ratio "
            + "r is a density of 1/r.");
    define(
        "Theoretical speed-up",
        "multiply-adds of the dense network for one input divided by those with a non-zero weight; "
            + "a multiply-add counts once.");
    define(
        "Measured speed-up",
        "latency of the compiled dense network divided by latency of the compiled pruned one: "
            + "medians over the same batches in the same run.");
    define(
        "Training",
        "epochs and multiply-adds after the dense network, or of the whole training for methods "
            + "that prune before or inside it; thrice those of the forward passes, by the weights "
            + "that were left at each step; as a multiple of the dense network's own training.");
    define(
        "Change",
        "percentage points against the dense network of the same seed, averaged over seeds.");
    define("\u00b1", "sample standard deviation over seeds (divisor n \u2212 1).");
    define(
        "Pareto front",
        "the points that no other point beats in accuracy and in gain; gains within 1 % of each "
            + "other count as equal.");
    define(
        "Before tuning",
        "top-1 just after pruning, without any further training; methods that prune during "
            + "training have none.");
    page.close().closeLine();
  }

  private void define(String term, String meaning) {
    page.leaf("dt", term).leaf("dd", meaning).line();
  }
}
