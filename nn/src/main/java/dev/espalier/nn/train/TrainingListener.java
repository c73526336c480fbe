package dev.espalier.nn.train;

/**
 * Something that happens alongside training: progress, logs, checkpoints, pruning.
 *
 * <p>All methods run on the training thread, listeners in the order of the plan, and do nothing by
 * default. An exception ends the training. Tensors made here belong to no scope of the trainer.
 */
public interface TrainingListener {
  /**
   * Called once before the first step of a run, also of a resumed one ({@code trainer.step() > 0}).
   */
  default void onStart(Trainer trainer) {}

  /**
   * Called after the backward pass, before the gradients are clipped and the optimiser uses them:
   * the place to look at gradients, and the only one where those that a parameter hands out at
   * masked positions can be seen.
   *
   * @param step the step that is being taken, counted from 1
   */
  default void beforeUpdate(Trainer trainer, long step) {}

  /**
   * Called after the optimiser's step and before any {@link #onStep}: the place for what changes
   * the model, such as new masks. The gradients of the step are still there.
   *
   * <p>For resuming to continue bit for bit, the changes must depend on the step and the model
   * alone (or on generators that the plan names).
   */
  default void afterStep(Trainer trainer, StepEvent event) {}

  /** Called after every step, when all listeners have had {@link #afterStep}. */
  default void onStep(StepEvent event) {}

  /** Called after the last step of an epoch and its evaluation. */
  default void onEpoch(EpochEvent event) {}

  /** Called once at the end of a run, however it ends. */
  default void onEnd(TrainingEnd end) {}
}
