package dev.espalier.nn.train;

import java.util.List;

/** Writes down what it hears, as {@code NAME EVENT DETAIL}. */
record RecordingListener(String name, List<String> heard) implements TrainingListener {
  private void hear(String what, Object detail) {
    heard.add(name + ' ' + what + ' ' + detail);
  }

  @Override
  public void onStart(Trainer trainer) {
    hear("start", trainer.step());
  }

  @Override
  public void afterStep(Trainer trainer, StepEvent event) {
    hear("after", event.step());
  }

  @Override
  public void onStep(StepEvent event) {
    hear("step", event.step());
  }

  @Override
  public void onEpoch(EpochEvent event) {
    hear("epoch", event.epoch());
  }

  @Override
  public void onEnd(TrainingEnd end) {
    hear("end", end.reason() + " at " + end.step());
  }
}
