package dev.espalier.bench.study;

import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.TrainingListener;

/**
 * Counts the training steps of a study, finished, running and skipped, for a display; several
 * trials may report at once.
 */
public interface Progress {
  /** Steps that are about to be taken under a name. */
  void begin(String what);

  /** Steps were taken. */
  void advance(long steps);

  /** Steps that a former run has already taken. */
  void skip(long steps);

  /** A line of text that stays. */
  void say(String line);

  /** A listener that reports a training run here. */
  default TrainingListener listener(String what) {
    begin(what);
    return new TrainingListener() {
      @Override
      public void onStep(StepEvent event) {
        advance(1);
      }
    };
  }

  /** A scorer is through with a batch of its data. */
  default void scored(String scorer, int batch, int batches) {}

  /** The forecast has changed. */
  default void forecast(Forecast forecast) {}
}
