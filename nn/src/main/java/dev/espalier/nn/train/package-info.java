/**
 * The training loop, its listeners, evaluation and checkpoints.
 *
 * <p>{@link dev.espalier.nn.train.Trainer} runs a {@link dev.espalier.nn.train.TrainingPlan};
 * whatever else should happen meanwhile (progress, logs, checkpoints, pruning) is a {@link
 * dev.espalier.nn.train.TrainingListener}.
 */
package dev.espalier.nn.train;
