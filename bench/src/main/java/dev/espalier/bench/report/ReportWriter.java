package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Drawing;
import dev.espalier.bench.report.chart.PngRenderer;
import dev.espalier.bench.report.chart.SvgRenderer;
import dev.espalier.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Writes the report of a study: {@code report.html}, {@code summary.md}, and per model and data set
 * {@code curves-<model>-<data>.svg} and {@code .png}; {@code acceptance.json} for a study with
 * limits.
 *
 * <p>The page holds everything it shows, so it opens without a network; the same trials give the
 * same bytes, save the PNG, which is drawn with the fonts of the machine.
 */
public final class ReportWriter {

  private ReportWriter() {}

  /**
   * What was written.
   *
   * @param files the files, the page first
   * @param warnings sentences about what could not be written
   */
  public record Report(List<Path> files, List<String> warnings) {
    /** Copies the lists. */
    public Report {
      files = List.copyOf(files);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Writes the report into a folder, made if absent; files there of the same names are replaced.
   *
   * <p>Where the Java runtime has no font to draw with, the PNG files are left out with a warning.
   *
   * @throws IllegalArgumentException if there are no trials or two of the same key
   */
  public static Report write(Path folder, List<TrialResult> trials) throws IOException {
    return write(folder, trials, Acceptance.NONE);
  }

  /** The same of a study with limits; verdicts that an earlier one left there go otherwise. */
  public static Report write(Path folder, List<TrialResult> trials, Acceptance acceptance)
      throws IOException {
    Summary summary = Summary.of(trials);
    Files.createDirectories(folder);
    List<Path> files = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    files.add(writeText(folder.resolve("report.html"), ReportPage.of(summary, acceptance)));
    files.add(writeText(folder.resolve("summary.md"), ConsoleTable.markdown(summary)));
    Path verdicts = folder.resolve("acceptance.json");
    if (acceptance.isEmpty()) {
      Files.deleteIfExists(verdicts);
    } else {
      files.add(writeText(verdicts, AcceptanceJson.write(acceptance)));
    }
    Set<String> names = new HashSet<>();
    for (PairSummary pair : summary.pairs()) {
      String name = uniqueName(pair, names);
      Drawing sheet = new PairCharts(pair, summary.methods()).sheet();
      files.add(writeText(folder.resolve(name + ".svg"), SvgRenderer.document(sheet)));
      try {
        byte[] png = PngRenderer.render(sheet);
        files.add(writeBytes(folder.resolve(name + ".png"), png));
      } catch (PngRenderer.NoFontException e) {
        warnings.add(name + ".png was not written: " + e.getMessage());
      }
    }
    return new Report(files, warnings);
  }

  private static String uniqueName(PairSummary pair, Set<String> taken) {
    String base = "curves-" + fileName(pair.model()) + "-" + fileName(pair.data());
    String name = base;
    for (int i = 2; !taken.add(name); i++) {
      name = base + "-" + i;
    }
    return name;
  }

  private static String fileName(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "-");
  }

  private static Path writeText(Path file, String text) {
    return writeBytes(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Path writeBytes(Path file, byte[] content) {
    AtomicFile.write(file, out -> out.write(content));
    return file;
  }
}
