package dev.espalier.prune;

import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.train.TrainingListener;
import java.util.List;

/**
 * One run of training inside a {@link MethodRun}.
 *
 * @param round 0 for the training that the pruning is a part of, otherwise the round before it
 * @param epochs its length
 * @param rates factors of the learning rate
 * @param loss what is minimised
 * @param listeners what else happens
 */
public record TrainingPhase(
    int round, int epochs, LrSchedule rates, Loss loss, List<TrainingListener> listeners) {
  public TrainingPhase {
    listeners = List.copyOf(listeners);
  }
}
