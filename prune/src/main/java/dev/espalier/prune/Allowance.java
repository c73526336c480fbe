package dev.espalier.prune;

import java.util.function.DoubleSupplier;

/**
 * What bounds the length of fine-tuning.
 *
 * @param denseEpochs epochs that the dense network was trained
 * @param epochs epochs that the study grants after each round of pruning
 * @param macsRatio multiply-adds of the dense network over those of the pruned one
 */
public record Allowance(int denseEpochs, int epochs, DoubleSupplier macsRatio) {}
