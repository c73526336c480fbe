package dev.espalier.nn.train;

import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a checkpoint every so many steps or epochs, and at the end of a run that did not fail;
 * each replaces the one before.
 *
 * <p>One that is due at the last step of an epoch is written after the epoch's evaluation, so that
 * a resumed run reports every epoch once. Listeners that come earlier in the plan see an event
 * before it is saved as having happened.
 */
public final class CheckpointListener implements TrainingListener {
  private final Path file;
  private final long everySteps;
  private final long everyEpochs;
  private final Map<String, String> settings;
  private Trainer trainer;
  private long written = -1;

  private CheckpointListener(
      Path file, long everySteps, long everyEpochs, Map<String, String> settings) {
    if (everySteps < 0 || everyEpochs < 0 || everySteps + everyEpochs == 0) {
      throw new IllegalArgumentException("checkpoints: the interval must be at least 1");
    }
    this.file = file;
    this.everySteps = everySteps;
    this.everyEpochs = everyEpochs;
    this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /**
   * Every {@code steps} steps.
   *
   * @param settings free text to keep in the file
   */
  public static CheckpointListener everySteps(Path file, long steps, Map<String, String> settings) {
    return new CheckpointListener(file, steps, 0, settings);
  }

  /**
   * Every {@code epochs} epochs.
   *
   * @param settings free text to keep in the file
   */
  public static CheckpointListener everyEpochs(
      Path file, long epochs, Map<String, String> settings) {
    return new CheckpointListener(file, 0, epochs, settings);
  }

  @Override
  public void onStart(Trainer started) {
    trainer = started;
    written = -1;
  }

  @Override
  public void onStep(StepEvent event) {
    if (everySteps > 0 && event.step() % everySteps == 0 && !event.endsEpoch()) {
      write();
    }
  }

  @Override
  public void onEpoch(EpochEvent event) {
    if (everySteps > 0 && event.step() % everySteps == 0
        || everyEpochs > 0 && event.epoch() % everyEpochs == 0) {
      write();
    }
  }

  @Override
  public void onEnd(TrainingEnd end) {
    if (end.reason() != TrainingEnd.Reason.FAILED && written != end.step()) {
      write();
    }
  }

  private void write() {
    try (Checkpoint checkpoint = trainer.checkpoint(settings)) {
      writeUninterrupted(checkpoint);
    }
    written = trainer.step();
  }

  /**
   * An interrupt closes the file being written; it asks training to stop, not to lose its state.
   */
  private void writeUninterrupted(Checkpoint checkpoint) {
    boolean interrupted = Thread.interrupted();
    try {
      checkpoint.write(file);
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof ClosedByInterruptException)) {
        throw e;
      }
      interrupted = Thread.interrupted();
      checkpoint.write(file);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
