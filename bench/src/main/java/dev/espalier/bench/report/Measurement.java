package dev.espalier.bench.report;

/**
 * What one network, dense or pruned, was measured to be.
 *
 * @param top1 share of test samples whose first guess is right, in [0, 1]
 * @param top5 share of test samples whose first five guesses hold the right one, in [0, 1]
 * @param parameters parameters of the dense network, non-zero parameters of the pruned one
 * @param flops multiply-adds for one input, each counted once, with a non-zero weight
 * @param bytes size of the saved model on disk
 * @param latencyMs median time of one batch through the compiled model, in milliseconds
 */
public record Measurement(
    double top1, double top5, long parameters, long flops, long bytes, double latencyMs) {

  /** Refuses NaN, fractions outside [0, 1] and sizes that are not positive. */
  public Measurement {
    Checks.fraction("top1", top1);
    Checks.fraction("top5", top5);
    Checks.atLeast("parameters", parameters, 1);
    Checks.atLeast("flops", flops, 1);
    Checks.atLeast("bytes", bytes, 1);
    Checks.positive("latency_ms", latencyMs);
  }
}
