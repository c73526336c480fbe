package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When checkpoints are written, and how; an epoch has three steps. */
@Timeout(60)
class CheckpointListenerTest {
  @TempDir Path directory;

  private Path file;

  @BeforeEach
  void chooseFile() {
    file = directory.resolve("checkpoint.safetensors");
  }

  /** Notes the file's step after every event, and takes the file away. */
  private final class Watcher implements TrainingListener {
    private final List<String> found = new ArrayList<>();

    private void look(String event) {
      if (Files.exists(file)) {
        found.add(event + " wrote " + stepIn(file));
        try {
          Files.delete(file);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void onStart(Trainer trainer) {
      look("start");
    }

    @Override
    public void onStep(StepEvent event) {
      look("step");
    }

    @Override
    public void onEpoch(EpochEvent event) {
      look("epoch");
    }

    @Override
    public void onEnd(TrainingEnd end) {
      look("end");
    }
  }

  private static long stepIn(Path file) {
    try (Checkpoint checkpoint = Checkpoint.read(file)) {
      return checkpoint.step();
    }
  }

  private List<String> watch(int epochs, TrainingListener... listeners) {
    var watcher = new Watcher();
    try (var training =
        new LinearTraining(epochs, plan -> plan.withListeners(watcher), listeners)) {
      training.run();
    }
    return watcher.found;
  }

  private CheckpointListener everySteps(long steps) {
    return CheckpointListener.everySteps(file, steps, Map.of());
  }

  private CheckpointListener everyEpochs(long epochs) {
    return CheckpointListener.everyEpochs(file, epochs, Map.of());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void writesAtMultiplesOfStepsAndAtTheEndOfAnEpochAfterItsEvaluation() {
    assertThat(watch(2, everySteps(2)))
        .containsExactly("step wrote 2", "step wrote 4", "epoch wrote 6");
  }

  @Test
  void writesTheEndThatIsNoMultiple() {
    assertThat(watch(1, everySteps(2))).containsExactly("step wrote 2", "end wrote 3");
  }

  @Test
  void writesAtMultiplesOfEpochsAndAtTheEnd() {
    assertThat(watch(5, everyEpochs(2)))
        .containsExactly("epoch wrote 6", "epoch wrote 12", "end wrote 15");
  }

  @Test
  void aRunOfNoStepsIsSavedToo() {
    assertThat(watch(0, everySteps(10))).containsExactly("end wrote 0");
  }

  @Test
  void aStoppedRunIsSaved() {
    assertThat(watch(2, everyEpochs(1), new AfterStep(4, Trainer::requestStop)))
        .containsExactly("epoch wrote 3", "end wrote 4");
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4})
  void anInterruptedRunIsSaved(long step) {
    var interrupt = new AfterStep(step, _ -> Thread.currentThread().interrupt());
    try (var training = new LinearTraining(2, interrupt, everySteps(2))) {
      training.run();
    }
    assertThat(Thread.interrupted()).isTrue(); // also so that the file can be read here
    assertThat(stepIn(file)).isEqualTo(step);
  }

  @Test
  void aFailedRunKeepsTheCheckpointBeforeTheFailure() throws IOException {
    var fail =
        new AfterStep(
            5,
            _ -> {
              throw new IllegalStateException("on purpose");
            });
    try (var training = new LinearTraining(2, everySteps(2), fail)) {
      assertThatThrownBy(training::run).hasMessage("on purpose");
    }
    assertThat(stepIn(file)).isEqualTo(4);
    assertThat(names()).containsExactly("checkpoint.safetensors");
  }

  @Test
  void aRunThatFailsBeforeTheFirstCheckpointWritesNone() throws IOException {
    try (var training = new LinearTraining(1, everySteps(2))) {
      LinearTraining.poison(training.model);
      assertThatThrownBy(training::run).isInstanceOf(NonFiniteLossException.class);
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void theNextRunOfTheSameTrainerWritesAgain() throws IOException {
    try (var training =
        new LinearTraining(1, everySteps(9), new AfterStep(2, Trainer::requestStop))) {
      training.run();
      assertThat(stepIn(file)).isEqualTo(2);
      training.run();
      assertThat(stepIn(file)).isEqualTo(3);
      Files.delete(file);
      training.run();
      assertThat(stepIn(file)).isEqualTo(3);
    }
  }

  @Test
  void settingsAreKeptAsTheyWereGiven() {
    Map<String, String> settings = Map.of("model", "linear", "lr", "0.1");
    try (var training = new LinearTraining(1, CheckpointListener.everyEpochs(file, 1, settings))) {
      training.run();
    }
    try (Checkpoint checkpoint = Checkpoint.read(file)) {
      assertThat(checkpoint.settings()).isEqualTo(settings);
    }
  }

  @Test
  void aCheckpointReplacesTheOneBeforeByRenamingAndLeavesNothingElse() throws IOException {
    Path link = directory.resolve("link to the first");
    var keep =
        new AfterStep(
            2,
            _ -> {
              try {
                Files.createLink(link, file); // shows it if the old file's bytes are written over
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try (var training = new LinearTraining(1, everySteps(1), keep)) {
      training.run();
    }
    assertThat(stepIn(link)).isEqualTo(1);
    assertThat(stepIn(file)).isEqualTo(3);
    assertThat(names()).containsExactly("checkpoint.safetensors", "link to the first");
  }

  @Test
  void aFailureToWriteEndsTheRunNamesTheFileAndLeavesNothing() throws IOException {
    Files.createDirectories(file.resolve("in the way"));
    try (var training = new LinearTraining(1, everySteps(1))) {
      assertThatThrownBy(training::run)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(file.toString());
      assertThat(training.trainer.step()).isEqualTo(1);
    }
    assertThat(names()).containsExactly("checkpoint.safetensors");
  }

  @Test
  void anIntervalBelowOneIsRefused() {
    for (long interval : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThatIllegalArgumentException().isThrownBy(() -> everySteps(interval));
      assertThatIllegalArgumentException().isThrownBy(() -> everyEpochs(interval));
    }
  }
}
