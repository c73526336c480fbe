package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Markup;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** What the figures were made with, as a section of the page; where trials differ, every value. */
final class ProvenanceSection {

  private ProvenanceSection() {}

  static void write(Markup page, List<TrialResult> trials) {
    List<Provenance> sources = trials.stream().map(TrialResult::provenance).toList();
    page.open("section", "id", "provenance").line().leaf("h2", "Provenance").open("dl").line();
    entry(page, "Espalier", sources, source -> source.version() + ", commit " + source.commit());
    entry(page, "Processor", sources, ProvenanceSection::machine);
    entry(page, "System", sources, source -> source.os() + ", JDK " + source.jdk());
    entry(page, "Kernels", sources, ProvenanceSection::kernels);
    entry(page, "Seeds", sources, source -> joined(source.seeds()));
    values(page, "Data", trials.stream().map(ProvenanceSection::data).toList());
    values(page, "Time", List.of(time(sources)));
    page.closeLine();
    writeSettings(page, sources);
    page.closeLine();
  }

  private static String machine(Provenance source) {
    return source.cpu()
        + ", "
        + PageText.counted(source.cores(), "core")
        + ", "
        + PageText.counted(source.threads(), "thread")
        + " used";
  }

  private static String kernels(Provenance source) {
    return source.provider() + " backend, crossover table " + source.crossoverDigest();
  }

  private static String data(TrialResult trial) {
    return trial.key().data() + ", digest " + trial.provenance().dataDigest();
  }

  private static String time(List<Provenance> sources) {
    Instant first = sources.stream().map(Provenance::started).min(Instant::compareTo).orElseThrow();
    Instant last = sources.stream().map(Provenance::finished).max(Instant::compareTo).orElseThrow();
    return "from " + first + " to " + last;
  }

  private static void writeSettings(Markup page, List<Provenance> sources) {
    Map<String, TreeSet<String>> settings = new TreeMap<>();
    for (Provenance source : sources) {
      source
          .settings()
          .forEach(
              (name, value) -> settings.computeIfAbsent(name, key -> new TreeSet<>()).add(value));
    }
    if (settings.isEmpty()) {
      return;
    }
    page.leaf("h3", "Settings").open("dl").line();
    settings.forEach((name, values) -> page.leaf("dt", name).leaf("dd", joined(values)).line());
    page.closeLine();
  }

  private static void entry(
      Markup page, String term, List<Provenance> sources, Function<Provenance, String> text) {
    values(page, term, sources.stream().map(text).toList());
  }

  private static void values(Markup page, String term, List<String> values) {
    page.leaf("dt", term);
    new TreeSet<>(values).forEach(value -> page.leaf("dd", value));
    page.line();
  }

  private static String joined(Collection<?> values) {
    return String.join(", ", values.stream().map(String::valueOf).toList());
  }
}
