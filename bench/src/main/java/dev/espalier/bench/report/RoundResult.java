package dev.espalier.bench.report;

/**
 * What one of several rounds of pruning and training reached.
 *
 * @param round its number, from 1
 * @param density non-zero parameters over all parameters of the network
 * @param ratio its inverse, the compression ratio
 * @param flops multiply-adds with a weight that is left
 * @param top1BeforeFinetune top-1 when the round's masks were in place
 * @param top1 top-1 when the round's training was over
 * @param epochs epochs of that training
 */
public record RoundResult(
    int round,
    double density,
    double ratio,
    long flops,
    double top1BeforeFinetune,
    double top1,
    int epochs) {
  private static final double ROUNDING = 1e-6;

  /** Refuses fractions outside [0, 1], and a ratio that is not the inverse of the density. */
  public RoundResult {
    Checks.atLeast("round", round, 1);
    Checks.fraction("density", density);
    Checks.atLeast("ratio", ratio, 1);
    if (Math.abs(density * ratio - 1) > ROUNDING) {
      throw new IllegalArgumentException(
          "ratio is %s, must be the inverse of density, %s".formatted(ratio, density));
    }
    Checks.atLeast("flops", flops, 1);
    Checks.fraction("top1_before_finetune", top1BeforeFinetune);
    Checks.fraction("top1", top1);
    Checks.atLeast("epochs", epochs, 0);
  }
}
