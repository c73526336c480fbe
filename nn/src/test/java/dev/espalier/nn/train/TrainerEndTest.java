package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.loss.Loss;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Why a run ends: completed, asked to stop, interrupted, or a loss that is not finite. */
@Timeout(60)
class TrainerEndTest {
  private final List<String> heard = new ArrayList<>();

  @AfterEach
  void threadIsNotInterrupted() {
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void noEpochsAreCompletedAtOnce() {
    try (var training = new LinearTraining(0, new RecordingListener("a", heard))) {
      TrainingEnd end = training.run();
      assertThat(end.reason()).isEqualTo(TrainingEnd.Reason.COMPLETED);
      assertThat(end.lastEpoch()).isEmpty();
    }
    assertThat(heard).containsExactly("a start 0", "a end COMPLETED at 0");
  }

  @Test
  void aRequestedStopEndsTheRunAfterTheStepAndTheNextRunGoesOn() {
    var stop = new AfterStep(2, Trainer::requestStop);
    try (var training = new LinearTraining(1, stop, new RecordingListener("a", heard))) {
      assertThat(training.run().reason()).isEqualTo(TrainingEnd.Reason.STOPPED);
      assertThat(training.run().reason()).isEqualTo(TrainingEnd.Reason.COMPLETED);
    }
    assertThat(heard)
        .containsExactly(
            "a start 0",
            "a after 1",
            "a step 1",
            "a after 2",
            "a step 2",
            "a end STOPPED at 2",
            "a start 2",
            "a after 3",
            "a step 3",
            "a epoch 1",
            "a end COMPLETED at 3");
  }

  @Test
  void aStopRequestedBeforeTheRunTakesNoStep() {
    try (var training = new LinearTraining(1)) {
      training.trainer.requestStop();
      TrainingEnd end = training.run();
      assertThat(end.reason()).isEqualTo(TrainingEnd.Reason.STOPPED);
      assertThat(end.step()).isZero();
      assertThat(training.run().step()).isEqualTo(3);
    }
  }

  @Test
  void aStopDuringTheLastStepStillCompletes() {
    try (var training = new LinearTraining(1, new AfterStep(3, Trainer::requestStop))) {
      assertThat(training.run().reason()).isEqualTo(TrainingEnd.Reason.COMPLETED);
    }
  }

  @Test
  void anInterruptStopsAfterTheStepAndTheThreadStaysInterrupted() {
    var interrupt = new AfterStep(2, _ -> Thread.currentThread().interrupt());
    try (var training = new LinearTraining(1, interrupt, new RecordingListener("a", heard))) {
      TrainingEnd end = training.run();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(end.reason()).isEqualTo(TrainingEnd.Reason.STOPPED);
      assertThat(heard).endsWith("a step 2", "a end STOPPED at 2");
      assertThat(training.run().reason()).isEqualTo(TrainingEnd.Reason.COMPLETED);
    }
  }

  @Test
  void anInterruptBeforeTheRunTakesNoStepAndLosesNoBatch() {
    try (var training = new LinearTraining(1)) {
      Thread.currentThread().interrupt();
      TrainingEnd end = training.run();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(end.reason()).isEqualTo(TrainingEnd.Reason.STOPPED);
      assertThat(end.step()).isZero();
      assertThat(training.data.position()).isEqualTo(DataLoader.Position.START);
      assertThat(training.run().step()).isEqualTo(3);
    }
  }

  @Test
  void anInterruptDuringTheLastStepLetsTheEvaluationFinish() {
    var interrupt = new AfterStep(3, _ -> Thread.currentThread().interrupt());
    try (var examples = LinearTraining.loader(1, 0, 1, 2);
        var training = new LinearTraining(2, plan -> plan.withEvaluation(examples), interrupt)) {
      TrainingEnd end = training.run();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(end.reason()).isEqualTo(TrainingEnd.Reason.STOPPED);
      assertThat(end.step()).isEqualTo(3);
      Metrics metrics = end.lastEpoch().orElseThrow().evaluation().orElseThrow();
      assertThat(metrics.count()).isEqualTo(3);
    }
  }

  @Test
  void aNanLossNamesStepAndLayerAndTakesNoStep() {
    var poison = new AfterStep(2, trainer -> LinearTraining.poison(trainer.model()));
    try (var training = new LinearTraining(1, poison, new RecordingListener("a", heard))) {
      var failure = catchThrowableOfType(NonFiniteLossException.class, training::run);
      assertThat(failure.step()).isEqualTo(3);
      assertThat(failure.layer()).isEqualTo("1");
      assertThat(failure)
          .hasMessageContaining("step 3")
          .hasMessageContaining("'1.weight' holds NaN at element 3");
      assertThat(training.trainer.step()).isEqualTo(2);
    }
    assertThat(heard).endsWith("a step 2", "a end FAILED at 2");
  }

  @Test
  void anInfiniteGradientNamesItsLayerWhenThePlanClips() {
    Loss steep = (output, _) -> output.mul(Float.MAX_VALUE).sum();
    UnaryOperator<TrainingPlan> clipping =
        plan -> TrainingPlan.of(1, steep, plan.optimizer()).withMaxGradientNorm(1);
    try (var training = new LinearTraining(1, clipping)) {
      for (Tensor tensor : training.model.stateDict().values()) {
        tensor.copyFrom(Tensor.zeros(tensor.dtype(), tensor.shape())); // the loss is 0 then
      }
      var failure = catchThrowableOfType(NonFiniteLossException.class, training::run);
      assertThat(failure.layer()).isEqualTo("1");
      assertThat(failure).hasMessageContaining("the gradient norm is Infinity at step 1");
    }
  }
}
