package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Axis;
import dev.espalier.bench.report.chart.Curve;
import dev.espalier.bench.report.chart.CurveChart;
import dev.espalier.bench.report.chart.Drawing;
import dev.espalier.bench.report.chart.Legend;
import dev.espalier.bench.report.chart.PngRenderer;
import dev.espalier.bench.report.chart.SvgRenderer;
import dev.espalier.prune.SensitivityAnalysis;
import dev.espalier.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sensitivity curves of layers as in H. Li et al., Pruning Filters for Efficient ConvNets (2016),
 * figure 2: the accuracy without retraining against the share that is left of one layer alone.
 *
 * @param title what was pruned, for the reader
 */
public record SensitivitySheet(String title, SensitivityAnalysis analysis) {
  private static final double GAP = 24;

  /** A line per layer, a column per density. */
  public String table() {
    List<String> header = new ArrayList<>(List.of("layer"));
    analysis
        .curves()
        .getFirst()
        .densities()
        .forEach(it -> header.add(Numbers.fixed(100 * it, 0) + " %"));
    header.add("100 %");
    TextTable table = new TextTable(1, header);
    for (SensitivityAnalysis.Curve curve : analysis.curves()) {
      List<String> cells = new ArrayList<>(List.of(curve.layer()));
      curve.accuracies().forEach(it -> cells.add(Numbers.percent(it)));
      cells.add(Numbers.percent(curve.whole()));
      table.row(cells);
    }
    return table.plain();
  }

  /**
   * Writes {@code sensitivity.csv}, {@code sensitivity.svg} and {@code sensitivity.png}, the last
   * one where the Java runtime has a font to draw with.
   *
   * @param folder made if absent
   */
  public ReportWriter.Report write(Path folder) throws IOException {
    Files.createDirectories(folder);
    List<Path> files = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    files.add(text(folder.resolve("sensitivity.csv"), csv()));
    Drawing sheet = draw();
    files.add(text(folder.resolve("sensitivity.svg"), SvgRenderer.document(sheet)));
    Path png = folder.resolve("sensitivity.png");
    try {
      byte[] content = PngRenderer.render(sheet);
      AtomicFile.write(png, out -> out.write(content));
      files.add(png);
    } catch (PngRenderer.NoFontException e) {
      warnings.add("sensitivity.png was not written: " + e.getMessage());
    }
    return new ReportWriter.Report(files, warnings);
  }

  private static Path text(Path file, String text) {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    return file;
  }

  private String csv() {
    StringBuilder text = new StringBuilder("layer,density,top1\n");
    for (SensitivityAnalysis.Curve curve : analysis.curves()) {
      for (int i = 0; i < curve.densities().size(); i++) {
        line(text, curve.layer(), curve.densities().get(i), curve.accuracies().get(i));
      }
      line(text, curve.layer(), 1, curve.whole());
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String layer, double density, double top1) {
    text.append(layer).append(',').append(density).append(',').append(top1).append('\n');
  }

  private Drawing draw() {
    double whole = 100 * analysis.accuracy();
    double least =
        analysis.curves().stream()
            .flatMap(curve -> curve.accuracies().stream())
            .mapToDouble(it -> 100 * it)
            .min()
            .orElse(0);
    Axis x = Axis.linear("share of the layer that is left, others whole", 0, 1.02, "");
    Axis y = Axis.linear("top-1 accuracy, %", Math.max(0, least - 2), Math.min(100, whole) + 2, "");
    List<Curve> curves = new ArrayList<>();
    for (SensitivityAnalysis.Curve curve : analysis.curves()) {
      curves.add(new Curve(curve.layer(), curves.size(), false, points(curve)));
    }
    Drawing chart =
        new CurveChart(
                title,
                x,
                y,
                Optional.of(new CurveChart.Level(whole, "whole " + Numbers.fixed(whole, 2))),
                curves,
                false)
            .draw();
    List<String> names = curves.stream().map(Curve::name).toList();
    Drawing legend = Legend.draw(names, Set.of(), "", CurveChart.WIDTH);
    return new Drawing(
            CurveChart.WIDTH + 2 * GAP, CurveChart.HEIGHT + legend.height() + 3 * GAP, title)
        .place(chart, GAP, GAP)
        .place(legend, GAP, CurveChart.HEIGHT + 2 * GAP);
  }

  private static List<Curve.Point> points(SensitivityAnalysis.Curve curve) {
    List<Curve.Point> points = new ArrayList<>();
    for (int i = 0; i < curve.densities().size(); i++) {
      points.add(point(curve.layer(), curve.densities().get(i), curve.accuracies().get(i)));
    }
    points.add(point(curve.layer(), 1, curve.whole()));
    return points;
  }

  private static Curve.Point point(String layer, double density, double top1) {
    String tooltip =
        "%s, %s %% left: top-1 %s %%"
            .formatted(layer, Numbers.fixed(100 * density, 0), Numbers.percent(top1));
    return new Curve.Point(density, 100 * top1, 0, 0, true, tooltip);
  }
}
