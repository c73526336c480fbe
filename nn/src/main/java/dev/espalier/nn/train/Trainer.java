package dev.espalier.nn.train;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Batch;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.optim.ClipGradients;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.tensor.Scope;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The training loop: for each batch forward, loss, backward, step; listeners do the rest.
 *
 * <p>Everything that a step makes is closed at its end, so memory is flat from the second step on.
 * Steps are counted over all epochs; the learning rate of a step depends on its number alone, and
 * the data on the loader's position, so {@link #restore} of a {@link Checkpoint} continues bit for
 * bit.
 */
public final class Trainer {
  private final Module model;
  private final DataLoader data;
  private final TrainingPlan plan;
  private final int stepsPerEpoch;
  private final long totalSteps;

  private long step;
  private double lossSum;
  private long lossCount;
  private volatile boolean stopRequested;
  private boolean interrupted;

  private long startNanos;
  private long startStep;
  private Optional<EpochEvent> lastEpoch = Optional.empty();

  /**
   * A trainer before its first step.
   *
   * @param data read from its current position on, which must be the start of an epoch
   * @throws IllegalArgumentException if it is not
   */
  public Trainer(Module model, DataLoader data, TrainingPlan plan) {
    if (data.position().batch() != 0) {
      throw new IllegalArgumentException(
          "trainer: the loader must stand at the start of an epoch but stands at %s; seek, or restore a checkpoint after making the trainer"
              .formatted(data.position()));
    }
    this.model = model;
    this.data = data;
    this.plan = plan;
    this.stepsPerEpoch = data.batchesPerEpoch();
    this.totalSteps = Math.multiplyExact((long) plan.epochs(), stepsPerEpoch);
  }

  /** What is trained. */
  public Module model() {
    return model;
  }

  /** The plan's optimiser. */
  public Optimizer optimizer() {
    return plan.optimizer();
  }

  /** What is to be done. */
  public TrainingPlan plan() {
    return plan;
  }

  /** Steps taken so far, those before a resume included. */
  public long step() {
    return step;
  }

  /** Steps of the whole plan. */
  public long totalSteps() {
    return totalSteps;
  }

  /** Ends the run after the current step; may be called from any thread, also before the run. */
  public void requestStop() {
    stopRequested = true;
  }

  /**
   * Trains from the current step to the end of the plan, or until a stop is requested or this
   * thread is interrupted (it is still interrupted afterwards); then another call continues.
   *
   * @throws NonFiniteLossException if the loss is NaN or infinite
   */
  public TrainingEnd run() {
    startNanos = System.nanoTime();
    startStep = step;
    lastEpoch = Optional.empty();
    try {
      return end(runSteps());
    } finally {
      stopRequested = false;
      model.zeroGrad();
      if (interrupted) {
        interrupted = false;
        Thread.currentThread().interrupt();
      }
    }
  }

  private TrainingEnd.Reason runSteps() {
    try {
      tell(listener -> listener.onStart(this));
      model.train();
      while (step < totalSteps && !stopRequested && !interrupted) {
        advance();
        // Taken from the thread meanwhile, as an interrupted thread cannot write a last checkpoint.
        interrupted |= Thread.interrupted();
      }
      return step < totalSteps ? TrainingEnd.Reason.STOPPED : TrainingEnd.Reason.COMPLETED;
    } catch (Throwable failure) {
      endAfter(failure);
      throw failure;
    }
  }

  /** Takes a step, with all that follows from it. */
  private void advance() {
    Optional<Batch> next = nextBatch();
    if (next.isEmpty()) {
      return;
    }
    Batch batch = next.get();
    plan.optimizer().setLrFactor(plan.schedule().factor(step));
    StepEvent event;
    try (var _ = Scope.open("training step")) {
      event = learn(batch.to(model.device()));
    }
    tell(listener -> listener.afterStep(this, event));
    tell(listener -> listener.onStep(event));
    if (event.endsEpoch()) {
      endEpoch(event);
    }
  }

  /** Nothing if the thread was interrupted while waiting; the loader has not moved then. */
  private Optional<Batch> nextBatch() {
    try {
      return Optional.of(data.next());
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof InterruptedException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private StepEvent learn(Batch batch) {
    model.zeroGrad();
    Variable value = plan.loss().of(model.forward(Variable.of(batch.images())), batch);
    double loss = value.tensor().item();
    if (!Double.isFinite(loss)) {
      throw new NonFiniteLossException(
          step + 1, "the loss is " + loss, NonFiniteSource.of(model, value));
    }
    value.backward();
    tell(listener -> listener.beforeUpdate(this, step + 1));
    double norm = clip();
    plan.optimizer().step();
    lossSum += loss * batch.size();
    lossCount += batch.size();
    step++;
    return new StepEvent(
        step,
        totalSteps,
        Math.toIntExact((step - 1) / stepsPerEpoch) + 1,
        (int) ((step - 1) % stepsPerEpoch) + 1,
        stepsPerEpoch,
        batch.size(),
        loss,
        plan.optimizer().lrFactor(),
        norm,
        elapsed(),
        remaining());
  }

  private double clip() {
    if (Double.isInfinite(plan.maxGradientNorm())) {
      return Double.NaN;
    }
    double norm = ClipGradients.byNorm(model.parameters(), plan.maxGradientNorm());
    if (!Double.isFinite(norm)) {
      throw new NonFiniteLossException(
          step + 1, "the gradient norm is " + norm, NonFiniteSource.ofGradients(model));
    }
    return norm;
  }

  private void endEpoch(StepEvent event) {
    Optional<Metrics> metrics = plan.evaluation().map(this::evaluate);
    var ended =
        new EpochEvent(
            event.epoch(),
            plan.epochs(),
            step,
            lossSum / lossCount,
            metrics,
            elapsed(),
            remaining());
    lossSum = 0;
    lossCount = 0;
    lastEpoch = Optional.of(ended);
    tell(listener -> listener.onEpoch(ended));
  }

  /** An interrupt asks training to stop after the step, of which the evaluation is a part. */
  private Metrics evaluate(DataLoader examples) {
    while (true) {
      interrupted |= Thread.interrupted();
      try {
        return Evaluation.of(model, examples, plan.loss());
      } catch (IllegalStateException e) {
        if (!(e.getCause() instanceof InterruptedException)) {
          throw e;
        }
      }
    }
  }

  private TrainingEnd end(TrainingEnd.Reason reason) {
    var end = new TrainingEnd(reason, step, lastEpoch, elapsed());
    end.tell(plan.listeners());
    return end;
  }

  private void endAfter(Throwable failure) {
    try {
      end(TrainingEnd.Reason.FAILED);
    } catch (RuntimeException | Error e) {
      if (e != failure) {
        failure.addSuppressed(e);
      }
    }
  }

  private void tell(Consumer<TrainingListener> message) {
    plan.listeners().forEach(message);
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private Duration remaining() {
    double perStep = (double) (System.nanoTime() - startNanos) / (step - startStep);
    return Duration.ofNanos((long) (perStep * (totalSteps - step)));
  }

  /**
   * Everything needed to continue from here; call it between two steps, as listeners do.
   *
   * @param settings free text to keep with it
   */
  public Checkpoint checkpoint(Map<String, String> settings) {
    boolean betweenEpochs = step % stepsPerEpoch == 0;
    return Checkpoint.capture(
        model,
        plan.optimizer(),
        data,
        plan.generators(),
        new Checkpoint.Progress(step, betweenEpochs ? 0 : lossSum, betweenEpochs ? 0 : lossCount),
        settings);
  }

  /**
   * Continues where a checkpoint was made: model, masks, optimiser, generators, data and step.
   *
   * @throws IllegalArgumentException if it belongs to another model, optimiser, data or plan, with
   *     all differences; nothing is changed then
   */
  public void restore(Checkpoint checkpoint) {
    Checkpoint.Progress progress = checkpoint.progress();
    if (!isOnPlan(progress.step(), checkpoint.position())) {
      throw new IllegalArgumentException(
          "%s: step %d at %s does not lie on a plan of %d steps, %d in each epoch"
              .formatted(
                  checkpoint, progress.step(), checkpoint.position(), totalSteps, stepsPerEpoch));
    }
    checkpoint.restoreInto(model, plan.optimizer(), data, plan.generators());
    step = progress.step();
    lossSum = progress.lossSum();
    lossCount = progress.lossCount();
  }

  /** The loader may have had epochs before this training, but never fewer than it. */
  private boolean isOnPlan(long steps, DataLoader.Position position) {
    long epochsBefore = position.epoch() - steps / stepsPerEpoch;
    return steps <= totalSteps
        && steps % stepsPerEpoch == position.batch()
        && epochsBefore >= 0
        && epochsBefore + plan.epochs() <= Integer.MAX_VALUE;
  }
}
