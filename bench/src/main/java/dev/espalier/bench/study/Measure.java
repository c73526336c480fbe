package dev.espalier.bench.study;

import dev.espalier.prune.Goal;

/** What the ratios of a study are ratios of. */
public enum Measure {
  /** All parameters over non-zero ones: compression ratios. */
  PARAMETERS("ratios", "compression ratio"),
  /** All multiply-adds over those by non-zero weights: theoretical speed-ups. */
  MULTIPLY_ADDS("speedups", "theoretical speed-up");

  private final String key;
  private final String label;

  Measure(String key, String label) {
    this.key = key;
    this.label = label;
  }

  /** What their list is called in a study file. */
  String key() {
    return key;
  }

  /** What one of them is called. */
  String label() {
    return label;
  }

  /** Pruning to one of them. */
  Goal goal(double ratio) {
    return switch (this) {
      case PARAMETERS -> new Goal.Ratio(ratio);
      case MULTIPLY_ADDS -> new Goal.Speedup(ratio);
    };
  }
}
