package dev.espalier.nn.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A program that trains with checkpoints and, at a step in mid-epoch, creates a file and waits to
 * be killed. Arguments: checkpoint file, file to create, epochs, step.
 */
final class KilledTraining {
  static final int CHECKPOINT_EVERY = 3;

  private KilledTraining() {}

  public static void main(String[] arguments) {
    Path checkpoint = Path.of(arguments[0]);
    Path reached = Path.of(arguments[1]);
    int epochs = Integer.parseInt(arguments[2]);
    long last = Long.parseLong(arguments[3]);
    var waiting =
        new TrainingListener() {
          @Override
          public void onStep(StepEvent event) {
            if (event.step() == last) {
              waitForever(reached);
            }
          }
        };
    var saving =
        CheckpointListener.everySteps(checkpoint, CHECKPOINT_EVERY, Map.of("key", "value"));
    try (var training = new SmallTraining(epochs, saving, waiting)) {
      training.run();
    }
  }

  private static void waitForever(Path reached) {
    try {
      Files.createFile(reached);
      Thread.sleep(Long.MAX_VALUE);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
