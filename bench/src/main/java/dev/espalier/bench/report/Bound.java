package dev.espalier.bench.report;

import java.util.Arrays;
import java.util.List;

/** What a study may set a limit to. */
public enum Bound {
  /** Test error after fine-tuning, in percent of top-1. */
  ERROR("error_at_most"),
  /** Points of top-1 lost against the dense network of the same seed. */
  LOST("lost_at_most"),
  /** Points of top-1 by which a method is ahead of another one. */
  BETTER("better_than"),
  /** Multiply-adds of the dense network over those that are left. */
  SPEEDUP("speedup_at_least"),
  /** Latency as a share of the dense network's, both measured. */
  LATENCY("latency_at_most"),
  /** Parameters over non-zero ones. */
  COMPRESSION("compression_at_least"),
  /** Share of a layer's weights that stays, between two limits. */
  KEPT("kept_between");

  private static final double ROUNDING = 1e-9;

  private final String key;

  Bound(String key) {
    this.key = key;
  }

  /** What it is called in a study file. */
  public String key() {
    return key;
  }

  /** All names. */
  public static List<String> keys() {
    return Arrays.stream(values()).map(Bound::key).toList();
  }

  /** Whether it is about accuracy, which there is one of before fine-tuning too. */
  public boolean isAccuracy() {
    return this == ERROR || this == LOST || this == BETTER;
  }

  /** Whether a value keeps to a limit, of {@link #KEPT} to the lower one, but for rounding. */
  boolean holds(double value, double limit) {
    double slack = ROUNDING * Math.max(1, Math.abs(limit));
    return switch (this) {
      case ERROR, LOST, LATENCY -> value <= limit + slack;
      case BETTER, SPEEDUP, COMPRESSION, KEPT -> value >= limit - slack;
    };
  }

  /**
   * The value of one network, NaN if it has none; of {@link #BETTER} the accuracy alone.
   *
   * @param layer of {@link #KEPT} the layer, else empty
   */
  double of(Finding found, boolean before, String layer) {
    double top1 = before ? found.top1BeforeFinetune() : found.top1();
    return switch (this) {
      case ERROR -> 100 * (1 - top1);
      case LOST -> 100 * (found.dense() - top1);
      case BETTER -> 100 * top1;
      case SPEEDUP -> found.speedup();
      case LATENCY -> found.latency();
      case COMPRESSION -> found.compression();
      case KEPT -> found.kept(layer);
    };
  }

  /** A value with its unit. */
  String text(String number) {
    return switch (this) {
      case ERROR -> number + " %";
      case LOST, BETTER -> number + " points";
      case SPEEDUP, COMPRESSION -> number + "x";
      case LATENCY -> number + " of dense";
      case KEPT -> number + " kept";
    };
  }
}
