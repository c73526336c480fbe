package dev.espalier.prune.tune;

import dev.espalier.prune.Allowance;
import dev.espalier.prune.Percent;

/** How long survivors train. */
public sealed interface Length {
  /** What the study grants. */
  Length GRANTED = new Granted();

  /** As long as the dense network was trained. */
  Length DENSE = new Dense(1);

  /** As long as the dense network trained on from a share of its run. */
  static Length rest(double share) {
    return new Dense(1 - share);
  }

  /** What is added to a fine-tuning's name. */
  String suffix();

  /** Number of epochs, at least 1 unless none are granted. */
  int epochs(Allowance allowance);

  /** What the study grants, which makes methods comparable. */
  record Granted() implements Length {
    @Override
    public String suffix() {
      return "";
    }

    @Override
    public int epochs(Allowance allowance) {
      return allowance.epochs();
    }
  }

  /**
   * A share of the dense network's epochs, rounded.
   *
   * @param share in (0, 1]
   */
  record Dense(double share) implements Length {
    public Dense {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "length of fine-tuning: the share of the dense epochs must lie in (0, 1] but is "
                + share);
      }
    }

    @Override
    public String suffix() {
      return share == 1 ? "-full" : "-for-" + Percent.of(share) + "%";
    }

    @Override
    public int epochs(Allowance allowance) {
      return Math.max(1, (int) Math.round(share * allowance.denseEpochs()));
    }
  }

  /**
   * As many multiply-adds as the dense network's training: {@code ⌊E MACs_dense / MACs_pruned⌋}.
   *
   * @param cap bound on the ratio of the multiply-adds, at least 1; infinity for none
   */
  record SameMacs(double cap) implements Length {
    public SameMacs {
      if (!(cap >= 1)) {
        throw new IllegalArgumentException(
            "length of fine-tuning: the cap must be at least 1 but is " + cap);
      }
    }

    @Override
    public String suffix() {
      return "-same-macs";
    }

    @Override
    public int epochs(Allowance allowance) {
      double ratio = Math.min(cap, allowance.macsRatio().getAsDouble());
      return (int) Math.clamp(allowance.denseEpochs() * ratio, 1, Integer.MAX_VALUE);
    }
  }
}
