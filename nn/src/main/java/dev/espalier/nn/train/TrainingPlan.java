package dev.espalier.nn.train;

import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.tensor.Generator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link Trainer} is to do.
 *
 * @param epochs passes over the training data
 * @param loss what is minimised
 * @param optimizer how
 * @param schedule the factor of the learning rates at each step, counted from 0
 * @param maxGradientNorm bound on the joint L2 norm of the gradients; infinity for none
 * @param evaluation what the model is evaluated on after each epoch, if anything
 * @param generators further generators that a checkpoint must save, by name; those of the model's
 *     modules are saved anyway
 * @param listeners what else happens, in this order
 */
public record TrainingPlan(
    int epochs,
    Loss loss,
    Optimizer optimizer,
    LrSchedule schedule,
    double maxGradientNorm,
    Optional<DataLoader> evaluation,
    Map<String, Generator> generators,
    List<TrainingListener> listeners) {
  /**
   * Checks the numbers and copies the collections.
   *
   * @throws IllegalArgumentException if epochs is negative or the bound not positive
   */
  public TrainingPlan {
    if (epochs < 0) {
      throw new IllegalArgumentException("training plan: epochs must be >= 0 but is " + epochs);
    }
    if (!(maxGradientNorm > 0)) {
      throw new IllegalArgumentException(
          "training plan: the bound on the gradient norm must be > 0 but is " + maxGradientNorm);
    }
    generators = Collections.unmodifiableMap(new LinkedHashMap<>(generators));
    listeners = List.copyOf(listeners);
  }

  /** A constant learning rate, no clipping, no evaluation, no listeners. */
  public static TrainingPlan of(int epochs, Loss loss, Optimizer optimizer) {
    return new TrainingPlan(
        epochs,
        loss,
        optimizer,
        LrSchedule.constant(),
        Double.POSITIVE_INFINITY,
        Optional.empty(),
        Map.of(),
        List.of());
  }

  /** This with another schedule. */
  public TrainingPlan withSchedule(LrSchedule other) {
    return new TrainingPlan(
        epochs, loss, optimizer, other, maxGradientNorm, evaluation, generators, listeners);
  }

  /** This with gradients clipped to a joint L2 norm. */
  public TrainingPlan withMaxGradientNorm(double bound) {
    return new TrainingPlan(
        epochs, loss, optimizer, schedule, bound, evaluation, generators, listeners);
  }

  /** This with an evaluation after each epoch. */
  public TrainingPlan withEvaluation(DataLoader data) {
    return new TrainingPlan(
        epochs,
        loss,
        optimizer,
        schedule,
        maxGradientNorm,
        Optional.of(data),
        generators,
        listeners);
  }

  /** This with one more generator to save in checkpoints. */
  public TrainingPlan withGenerator(String name, Generator generator) {
    Map<String, Generator> more = new LinkedHashMap<>(generators);
    more.put(name, generator);
    return new TrainingPlan(
        epochs, loss, optimizer, schedule, maxGradientNorm, evaluation, more, listeners);
  }

  /** This with more listeners after those it has. */
  public TrainingPlan withListeners(TrainingListener... added) {
    List<TrainingListener> more = new ArrayList<>(listeners);
    Collections.addAll(more, added);
    return new TrainingPlan(
        epochs, loss, optimizer, schedule, maxGradientNorm, evaluation, generators, more);
  }
}
