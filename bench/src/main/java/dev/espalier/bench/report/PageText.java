package dev.espalier.bench.report;

import dev.espalier.bench.report.chart.Drawing;
import dev.espalier.bench.report.chart.Ink;

/** Phrases of the report page; they use typographic signs, unlike {@link Numbers}. */
final class PageText {

  private static final String SPREAD = " \u00b1 ";

  private PageText() {}

  /** A number with a true minus sign. */
  static String signed(String number) {
    return number.replace('-', '\u2212');
  }

  /** A ratio: 7.98x with a true multiplication sign. */
  static String times(double ratio) {
    return Numbers.times(ratio) + "\u00d7";
  }

  /** A target ratio as asked for. */
  static String ratio(double ratio) {
    return Numbers.plain(ratio) + "\u00d7";
  }

  /** Mean and spread of fractions in percent. */
  static String percent(Statistic fraction) {
    String mean = Numbers.percent(fraction.mean());
    return fraction.hasSpread() ? mean + SPREAD + Numbers.percent(fraction.deviation()) : mean;
  }

  /** Mean and spread of a difference in percentage points. */
  static String points(Statistic difference) {
    String mean = signed(Numbers.points(difference.mean()));
    return difference.hasSpread() ? mean + SPREAD + Numbers.percent(difference.deviation()) : mean;
  }

  /** What a change of accuracy is, in words. */
  static String change(double difference) {
    String points = Numbers.points(difference);
    if (points.equals("0.00")) {
      return "no change";
    }
    return signed(points) + " points";
  }

  /** A point in one line. */
  static String tooltip(OperatingPoint point) {
    return "%s at %s: top-1 %s %% (%s), compression %s, speed-up %s theoretical, %s measured"
        .formatted(
            point.method(),
            ratio(point.ratio()),
            percent(point.top1()),
            change(point.top1Change().mean()),
            times(point.compression().mean()),
            times(point.theoreticalSpeedup().mean()),
            times(point.measuredSpeedup().mean()));
  }

  /** A count and its noun: 1 seed, 3 seeds. */
  static String counted(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  static Drawing.Text heading(String text, double x, double y) {
    return new Drawing.Text(text, x, y, 18, Ink.TEXT, Drawing.Anchor.START, true, false);
  }
}
