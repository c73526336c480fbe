package dev.espalier.prune.tune;

import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.prune.Rates;

/** Which learning rates survivors train with. */
public enum RateRule {
  /** The recipe's schedule from its start, drawn over the new steps. */
  AFRESH("") {
    @Override
    LrSchedule of(Rates rates, long steps) {
      return rates.afresh(steps);
    }
  },
  /** The rate that the dense network's training ended with. Source: S. Han et al. (2015). */
  LAST("-last-rate") {
    @Override
    LrSchedule of(Rates rates, long steps) {
      return rates.last();
    }
  },
  /**
   * The last steps of the dense network's schedule once more. Source: A. Renda, J. Frankle, M.
   * Carbin, Comparing Rewinding and Fine-tuning in Neural Network Pruning (2020).
   */
  REWOUND("-rewound-rate") {
    @Override
    LrSchedule of(Rates rates, long steps) {
      return rates.rewound(steps);
    }
  };

  private final String suffix;

  RateRule(String suffix) {
    this.suffix = suffix;
  }

  abstract LrSchedule of(Rates rates, long steps);

  /** What is added to a fine-tuning's name. */
  String suffix() {
    return suffix;
  }
}
