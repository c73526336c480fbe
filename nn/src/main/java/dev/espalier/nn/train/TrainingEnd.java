package dev.espalier.nn.train;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param reason why
 * @param step steps taken so far, those before a resume included
 * @param lastEpoch the last epoch that this run completed, if any
 * @param elapsed time since the run started
 */
public record TrainingEnd(
    Reason reason, long step, Optional<EpochEvent> lastEpoch, Duration elapsed) {
  /** Why a run ended. */
  public enum Reason {
    /** All steps of the plan are taken. */
    COMPLETED,
    /**
     * A stop was requested, or the thread was interrupted; model and optimiser are between two
     * steps.
     */
    STOPPED,
    /** An exception ended it; the model may be in the middle of a step. */
    FAILED
  }

  /** Listeners after one that fails hear of the end too: they may have files to close. */
  void tell(List<TrainingListener> listeners) {
    RuntimeException failure = null;
    for (TrainingListener listener : listeners) {
      try {
        listener.onEnd(this);
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else if (failure != e) {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
