package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The lines of a training log. */
@Timeout(60)
class JsonLinesLogTest {
  @TempDir Path directory;

  private Path file;

  @BeforeEach
  void chooseFile() {
    file = directory.resolve("log.jsonl");
  }

  private void train(int epochs, long everySteps) {
    try (var training = new LinearTraining(epochs, new JsonLinesLog(file, everySteps))) {
      training.run();
    }
  }

  private List<Map<String, Object>> lines() throws IOException {
    return Files.readAllLines(file).stream().map(JsonLinesLogTest::parse).toList();
  }

  private static Map<String, Object> parse(String line) {
    Map<String, Object> members = new LinkedHashMap<>();
    ((Map<?, ?>) Json.parse(line)).forEach((key, value) -> members.put((String) key, value));
    return members;
  }

  private static List<String> summary(List<Map<String, Object>> lines) {
    return lines.stream().map(line -> line.get("event") + " " + line.get("step")).toList();
  }

  @Test
  void everyEventIsALineWithItsFields() throws IOException {
    try (var examples = LinearTraining.loader(2, 0, 1, 0);
        var training =
            new LinearTraining(
                1,
                plan -> plan.withEvaluation(examples).withMaxGradientNorm(9),
                new JsonLinesLog(file, 1))) {
      training.run();
    }
    assertThat(Files.readString(file)).endsWith("}\n");
    List<Map<String, Object>> lines = lines();
    assertThat(summary(lines))
        .containsExactly("start 0", "step 1", "step 2", "step 3", "epoch 3", "end 3");
    assertThat(lines.getFirst()).isEqualTo(Map.of("event", "start", "step", 0L, "total_steps", 3L));
    Map<String, Object> step = lines.get(1);
    assertThat(step.keySet())
        .containsExactly("event", "step", "epoch", "loss", "lr_factor", "gradient_norm", "seconds");
    assertThat(step).containsEntry("epoch", 1L).containsEntry("lr_factor", 1.0);
    assertThat((Double) step.get("loss")).isPositive();
    assertThat((Double) step.get("gradient_norm")).isPositive();
    Map<String, Object> epoch = lines.get(4);
    assertThat(epoch.keySet())
        .containsExactly(
            "event",
            "step",
            "epoch",
            "training_loss",
            "loss",
            "top1",
            "top5",
            "per_class",
            "seconds");
    assertThat(epoch).containsEntry("top5", 1.0);
    assertThat(lines.getLast().keySet()).containsExactly("event", "step", "reason", "seconds");
    assertThat(lines.getLast()).containsEntry("reason", "completed");
  }

  @Test
  void stepsAreLoggedAtMultiplesOfTheInterval() throws IOException {
    train(2, 2);
    assertThat(summary(lines()))
        .containsExactly("start 0", "step 2", "epoch 3", "step 4", "step 6", "epoch 6", "end 6");
  }

  @Test
  void intervalZeroLogsNoSteps() throws IOException {
    train(1, 0);
    assertThat(summary(lines())).containsExactly("start 0", "epoch 3", "end 3");
  }

  @Test
  void withoutEvaluationAnEpochHasOnlyItsTrainingLoss() throws IOException {
    train(1, 0);
    assertThat(lines().get(1).keySet())
        .containsExactly("event", "step", "epoch", "training_loss", "seconds");
  }

  @Test
  void whatIsNotFiniteIsNull() throws IOException {
    var log = new JsonLinesLog(file, 1);
    var metrics =
        new Metrics(
            1, Double.POSITIVE_INFINITY, 0.5, Double.NaN, Arrays.asList(1.0, Double.NaN, 0.0));
    try (var training = new LinearTraining(1)) {
      log.onStart(training.trainer);
      log.onStep(
          new StepEvent(
              1,
              3,
              1,
              1,
              3,
              2,
              Double.NaN,
              0.5,
              Double.NEGATIVE_INFINITY,
              Duration.ofMillis(1500),
              Duration.ZERO));
      log.onEpoch(
          new EpochEvent(
              1, 1, 3, Double.NaN, Optional.of(metrics), Duration.ofSeconds(2), Duration.ZERO));
      log.onEnd(
          new TrainingEnd(TrainingEnd.Reason.STOPPED, 3, Optional.empty(), Duration.ofSeconds(3)));
    }
    Map<String, Object> step = lines().get(1);
    assertThat(step)
        .containsEntry("loss", null)
        .containsEntry("gradient_norm", null)
        .containsEntry("lr_factor", 0.5)
        .containsEntry("seconds", 1.5);
    assertThat(lines().get(2))
        .containsEntry("training_loss", null)
        .containsEntry("loss", null)
        .containsEntry("top1", 0.5)
        .containsEntry("top5", null)
        .containsEntry("per_class", Arrays.asList(1.0, null, 0.0));
    assertThat(lines().get(3)).containsEntry("reason", "stopped");
  }

  @Test
  void linesAreInTheFileAtOnce() throws IOException {
    TrainingListener reader =
        new TrainingListener() {
          @Override
          public void onStep(StepEvent event) {
            try {
              assertThat(summary(lines())).endsWith("step " + event.step());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    try (var training = new LinearTraining(1, new JsonLinesLog(file, 1), reader)) {
      training.run();
    }
    assertThat(lines()).hasSize(6);
  }

  @Test
  void aFailureIsTheLastLine() throws IOException {
    var failing =
        new AfterStep(
            1,
            _ -> {
              throw new IllegalStateException("on purpose");
            });
    try (var training = new LinearTraining(1, new JsonLinesLog(file, 1), failing)) {
      assertThatExceptionOfType(IllegalStateException.class).isThrownBy(training::run);
    }
    assertThat(summary(lines())).containsExactly("start 0", "end 1");
    assertThat(lines().getLast()).containsEntry("reason", "failed");
  }

  @Test
  void aTornLastLineIsEndedBeforeTheNextRun() throws IOException {
    Files.writeString(file, "{\"event\":\"start\",\"step\":0}\n{\"event\":\"st");
    train(1, 0);
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(5).element(1).isEqualTo("{\"event\":\"st");
    assertThat(summary(lines.subList(2, 5).stream().map(JsonLinesLogTest::parse).toList()))
        .containsExactly("start 0", "epoch 3", "end 3");
  }

  @Test
  void aWholeLastLineIsFollowedByNoEmptyOne() throws IOException {
    Files.createFile(file);
    train(1, 0);
    train(1, 0);
    assertThat(summary(lines()))
        .containsExactly("start 0", "epoch 3", "end 3", "start 0", "epoch 3", "end 3");
  }

  @Test
  void aContinuedRunSaysWhereItContinues() throws IOException {
    var stop = new AfterStep(2, Trainer::requestStop);
    try (var training = new LinearTraining(1, new JsonLinesLog(file, 0), stop)) {
      training.run();
      training.run();
    }
    assertThat(summary(lines())).containsExactly("start 0", "end 2", "start 2", "epoch 3", "end 3");
  }

  @Test
  void aFileThatCannotBeOpenedIsNamed() {
    try (var training = new LinearTraining(1, new JsonLinesLog(directory, 1))) {
      assertThatExceptionOfType(UncheckedIOException.class)
          .isThrownBy(training::run)
          .withMessageContaining(directory.toString())
          .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
    }
  }

  @Test
  void aNegativeIntervalIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JsonLinesLog(file, -1))
        .withMessageContaining("-1");
  }
}
