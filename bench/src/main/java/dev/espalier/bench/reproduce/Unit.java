package dev.espalier.bench.reproduce;

import dev.espalier.bench.report.Numbers;
import dev.espalier.bench.report.Statistic;
import java.util.List;

/** What a figure is measured in, and so how it is printed. */
enum Unit {
  /** Percent, such as a test error. */
  PERCENT(" %", 2),
  /** Percentage points, such as a difference of two errors. */
  POINTS(" pp", 2),
  /** How many times as much. */
  TIMES("x", 2),
  /** A pure number, such as a correlation. */
  NUMBER("", 3),
  /** Things counted. */
  COUNT("", 0),
  /** A difference relative to what it is a difference of. */
  RELATIVE("", 7);

  private final String sign;
  private final int decimals;

  Unit(String sign, int decimals) {
    this.sign = sign;
    this.decimals = decimals;
  }

  String text(double value) {
    return Numbers.fixed(value, decimals) + sign;
  }

  /** The mean, with the standard deviation where there are several values. */
  String text(List<Double> values) {
    Statistic statistic = Statistic.of(values);
    String spread =
        statistic.hasSpread()
            ? "%s ± %s"
                .formatted(
                    Numbers.fixed(statistic.mean(), decimals),
                    Numbers.fixed(statistic.deviation(), decimals))
            : Numbers.fixed(statistic.mean(), decimals);
    return spread + sign;
  }
}
