package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Markup;
import java.util.Optional;

/** How much of each layer a method keeps at each ratio: one small table per method. */
final class HeatMaps {

  private static final int SHADES = 10;
  private static final double DECADES = 2;

  private HeatMaps() {}

  static void write(Markup page, PairSummary pair) {
    page.open("div", "class", "heatmaps");
    for (String method : pair.methods()) {
      page.open("table", "class", "heat");
      page.leaf("caption", method);
      page.open("thead").open("tr").leaf("th", "layer", "scope", "col");
      pair.ratios().forEach(ratio -> page.leaf("th", PageText.ratio(ratio), "scope", "col"));
      page.close().close().line().open("tbody");
      for (String layer : pair.layers()) {
        writeLayer(page, pair, method, layer);
      }
      page.close().closeLine();
    }
    page.closeLine();
  }

  private static void writeLayer(Markup page, PairSummary pair, String method, String layer) {
    page.open("tr").leaf("th", layer, "scope", "row");
    for (double ratio : pair.ratios()) {
      Optional<Double> density =
          pair.point(method, ratio).flatMap(point -> point.layerDensity(layer));
      if (density.isPresent()) {
        page.leaf("td", percent(density.get()), "class", "h" + shade(density.get()));
      } else {
        page.leaf("td", "\u2013");
      }
    }
    page.closeLine();
  }

  /** 0 for a density of 1 % or less, the last for 100 %, logarithmic between. */
  static int shade(double density) {
    double position = 1 + Math.log10(Math.max(density, 1e-9)) / DECADES;
    return (int) Math.round((SHADES - 1) * Math.clamp(position, 0, 1));
  }

  static String percent(double density) {
    double percent = 100 * density;
    if (percent == 0 || percent == 100) {
      return Numbers.fixed(percent, 0);
    }
    return switch (Numbers.fixed(percent, 1)) {
      case "0.0" -> "<0.1";
      case "100.0" -> ">99.9";
      case String text -> text;
    };
  }
}
