package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL to a real process, then a resume here. */
@Timeout(180)
class KilledProcessTest {
  private static final int EPOCHS = 6;

  /** In mid-epoch, two steps after the last checkpoint. */
  private static final long KILLED_AT = 14;

  private static final long LAST_CHECKPOINT = 12;

  @TempDir Path directory;

  @Test
  void aTrainingKilledInMidEpochResumesBitForBit() throws Exception {
    Path file = directory.resolve("checkpoint.safetensors");
    Path reached = directory.resolve("reached");
    Process process =
        ChildJvm.of(
                KilledTraining.class,
                file.toString(),
                reached.toString(),
                "" + EPOCHS,
                "" + KILLED_AT)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
    waitFor(reached, process);
    kill(process);
    try (var whole = new SmallTraining(EPOCHS);
        var resumed = new SmallTraining(EPOCHS);
        var checkpoint = Checkpoint.read(file)) {
      assertThat(checkpoint.step()).isEqualTo(LAST_CHECKPOINT);
      assertThat(checkpoint.settings()).isEqualTo(Map.of("key", "value"));
      whole.run();
      resumed.trainer.restore(checkpoint);
      resumed.run();
      assertThat(resumed.digest()).isEqualTo(whole.digest());
    }
  }

  @Test
  void aProcessKilledWhileWritingLeavesAUsableCheckpoint() throws Exception {
    Path file = directory.resolve("checkpoint.safetensors");
    for (int attempt = 0; attempt < 3; attempt++) {
      Files.deleteIfExists(file);
      Process process =
          ChildJvm.of(CheckpointLoop.class, file.toString())
              .redirectOutput(directory.resolve("output").toFile())
              .start();
      waitFor(file, process);
      Thread.sleep(37 * attempt + 11); // somewhere in the middle of step, capture or write
      kill(process);
      try (var resumed = new SmallTraining(1_000_000);
          var checkpoint = Checkpoint.read(file)) {
        assertThat(checkpoint.step()).isPositive();
        resumed.trainer.restore(checkpoint);
        assertThat(resumed.digest()).isEqualTo(checkpoint.settings().get("digest"));
      }
    }
  }

  private void waitFor(Path file, Process process) throws IOException, InterruptedException {
    while (!Files.exists(file)) {
      assertThat(process.isAlive()).as(() -> "the process ended early: " + output()).isTrue();
      Thread.sleep(5);
    }
  }

  private String output() {
    try {
      return Files.readString(directory.resolve("output"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    int status = process.waitFor();
    assertThat(status).as("ended by the signal").isNotZero();
  }
}
