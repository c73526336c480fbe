package dev.espalier.nn.train;

import java.nio.file.Path;
import java.util.Map;

/**
 * A program that trains and writes a checkpoint after every step until it is killed. Argument: the
 * file. The setting {@code digest} says what the training then looked like.
 */
final class CheckpointLoop {
  private CheckpointLoop() {}

  public static void main(String[] arguments) {
    Path file = Path.of(arguments[0]);
    SmallTraining[] self = new SmallTraining[1];
    var saving =
        new TrainingListener() {
          @Override
          public void onStep(StepEvent event) {
            Map<String, String> settings = Map.of("digest", self[0].digest());
            try (Checkpoint checkpoint = self[0].trainer.checkpoint(settings)) {
              checkpoint.write(file);
            }
          }
        };
    self[0] = new SmallTraining(1_000_000, saving);
    self[0].run();
  }
}
