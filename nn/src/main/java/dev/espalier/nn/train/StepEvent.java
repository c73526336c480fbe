package dev.espalier.nn.train;

import java.time.Duration;

/**
 * One training step that has been taken.
 *
 * @param step steps taken so far, counting this one and those before a resume
 * @param totalSteps steps of the whole plan
 * @param epoch which epoch the step belongs to, from 1
 * @param batch which batch of the epoch it was, from 1
 * @param batchesPerEpoch batches in every epoch
 * @param batchSize examples in the batch
 * @param loss the loss before the step, averaged over the batch
 * @param lrFactor what the schedule multiplied the learning rates by
 * @param gradientNorm joint L2 norm of the gradients before clipping; NaN if the plan does not clip
 * @param elapsed time since the run started
 * @param remaining an estimate of the time until the plan is done
 */
public record StepEvent(
    long step,
    long totalSteps,
    int epoch,
    int batch,
    int batchesPerEpoch,
    int batchSize,
    double loss,
    double lrFactor,
    double gradientNorm,
    Duration elapsed,
    Duration remaining) {
  /** Whether the epoch ends with this step, so that an {@link EpochEvent} follows. */
  public boolean endsEpoch() {
    return batch == batchesPerEpoch;
  }
}
