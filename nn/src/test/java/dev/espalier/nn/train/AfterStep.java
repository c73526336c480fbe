package dev.espalier.nn.train;

import java.util.function.Consumer;

/** Does something after the optimiser's step of a number. */
record AfterStep(long step, Consumer<Trainer> action) implements TrainingListener {
  @Override
  public void afterStep(Trainer trainer, StepEvent event) {
    if (event.step() == step) {
      action.accept(trainer);
    }
  }
}
