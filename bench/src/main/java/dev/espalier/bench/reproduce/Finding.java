package dev.espalier.bench.reproduce;

import dev.espalier.bench.report.Statistic;
import java.util.List;
import java.util.Optional;

/**
 * One figure of an experiment beside its limit.
 *
 * @param what is measured
 * @param limit that the mean over the seeds must keep; empty if the figure is only reported
 * @param seen the mean, with the standard deviation where there are several seeds
 * @param met whether the limit is kept; empty if there is none
 * @param values the figure by seed, in the unit of the text
 */
public record Finding(
    String what, String limit, String seen, Optional<Boolean> met, List<Double> values) {
  /** What decimal fractions lose in binary, so that a figure on its limit keeps it. */
  private static final double ROUNDING = 1e-9;

  /** Copies the list. */
  public Finding {
    values = List.copyOf(values);
  }

  /** A figure whose mean must not be larger than a limit. */
  static Finding atMost(String what, Unit unit, double limit, List<Double> values) {
    boolean met = Statistic.of(values).mean() <= limit + ROUNDING;
    return new Finding(what, "≤ " + unit.text(limit), unit.text(values), Optional.of(met), values);
  }

  /** A figure whose mean must not be smaller than a limit. */
  static Finding atLeast(String what, Unit unit, double limit, List<Double> values) {
    boolean met = Statistic.of(values).mean() >= limit - ROUNDING;
    return new Finding(what, "≥ " + unit.text(limit), unit.text(values), Optional.of(met), values);
  }

  /**
   * A figure that must lie near another.
   *
   * @param tolerance relative to the other
   */
  static Finding near(String what, Unit unit, double target, double tolerance, double value) {
    boolean met = Math.abs(value - target) <= tolerance * Math.abs(target);
    return new Finding(
        what,
        "%s within %s".formatted(unit.text(target), Unit.PERCENT.text(100 * tolerance)),
        unit.text(value),
        Optional.of(met),
        List.of(value));
  }

  /** A figure without a limit. */
  static Finding reported(String what, Unit unit, List<Double> values) {
    return new Finding(what, "", unit.text(values), Optional.empty(), values);
  }

  /** What a reader is told about the limit. */
  String verdict() {
    return met.map(kept -> kept ? "met" : "MISSED").orElse("");
  }
}
