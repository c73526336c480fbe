package dev.espalier.bench.reproduce;

import dev.espalier.bench.report.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * What an experiment found.
 *
 * @param file where it is written
 */
public record Reproduction(List<Finding> findings, Path file) {
  /** Copies the list. */
  public Reproduction {
    findings = List.copyOf(findings);
  }

  /**
   * Runs an experiment and writes its findings to {@code NAME.json}.
   *
   * @throws IOException if its data cannot be read, or the folder not be made
   */
  public static Reproduction of(Experiment experiment, Lab lab, Path folder) throws IOException {
    Files.createDirectories(folder);
    Instant started = Instant.now();
    List<Finding> findings = experiment.run(lab);
    Path file = ExperimentFile.write(folder, experiment, lab, findings, started, Instant.now());
    return new Reproduction(findings, file);
  }

  /** A table of a line each, for a terminal. */
  public String table() {
    var table = new TextTable(1, List.of("what", "limit", "seen", ""));
    findings.forEach(it -> table.row(List.of(it.what(), it.limit(), it.seen(), it.verdict())));
    return table.plain();
  }

  /** How many limits are kept, in a sentence. */
  public String sentence() {
    long limits = findings.stream().filter(it -> it.met().isPresent()).count();
    long met = findings.stream().filter(it -> it.met().orElse(false)).count();
    return "%d of %d limits met".formatted(met, limits);
  }
}
