package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.InitRule;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.optim.LrSchedule;

/** How a {@link MethodRun} trains: the data, the optimiser and the lengths are the caller's. */
public interface TrainingRecipe {
  /** Epochs that the dense network was trained. */
  int denseEpochs();

  /** Epochs after a round of pruning, counted from 1, of so many. */
  int fineTuneEpochs(int round, int rounds);

  /** Epochs of a run that prunes inside training, or before it. */
  int wholeEpochs();

  /** Steps in a number of epochs. */
  long steps(int epochs);

  /**
   * The learning rates of ordinary training.
   *
   * @param gradual whether the model is pruned gradually in that run, so that the rate must stay
   *     high until it is
   */
  LrSchedule rates(long steps, boolean gradual);

  /** The learning rates for weights that are trained already, as far as they differ. */
  default LrSchedule fineTuneRates(long steps) {
    return rates(steps, false);
  }

  /** How the dense network's weights were drawn at first. */
  default InitRule init() {
    return InitRule.HE;
  }

  /** What is minimised. */
  Loss loss();

  /** Trains a module with a new optimiser. */
  void train(Module module, TrainingPhase phase);
}
