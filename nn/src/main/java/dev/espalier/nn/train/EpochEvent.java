package dev.espalier.nn.train;

import java.time.Duration;
import java.util.Optional;

/**
 * One epoch that has been completed.
 *
 * @param epoch epochs completed so far, counting this one and those before a resume
 * @param epochs epochs of the whole plan
 * @param step steps taken so far
 * @param trainingLoss mean of the losses of the epoch's batches, weighted by their sizes
 * @param evaluation metrics on the plan's evaluation data, if it has any
 * @param elapsed time since the run started
 * @param remaining an estimate of the time until the plan is done
 */
public record EpochEvent(
    int epoch,
    int epochs,
    long step,
    double trainingLoss,
    Optional<Metrics> evaluation,
    Duration elapsed,
    Duration remaining) {}
