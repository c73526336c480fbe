package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What listeners hear, in which order, and how a run ends. */
@Timeout(60)
class TrainerEventsTest {
  private final List<String> heard = new ArrayList<>();

  /** Writes down what it hears, and can be told to do something after a step. */
  private final class Ear implements TrainingListener {
    private final String name;

    Ear(String name) {
      this.name = name;
    }

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

  /** Does something after the optimiser's step of a number. */
  private record After(long step, Runnable action) implements TrainingListener {
    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      if (event.step() == step) {
        action.run();
      }
    }
  }

  @AfterEach
  void threadIsNotInterrupted() {
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void everyEventGoesToAllListenersInTheOrderOfThePlan() {
    try (var training = new LinearTraining(1, new Ear("a"), new Ear("b"))) {
      training.run();
    }
    assertThat(heard)
        .containsExactly(
            "a start 0",
            "b start 0",
            "a after 1",
            "b after 1",
            "a step 1",
            "b step 1",
            "a after 2",
            "b after 2",
            "a step 2",
            "b step 2",
            "a after 3",
            "b after 3",
            "a step 3",
            "b step 3",
            "a epoch 1",
            "b epoch 1",
            "a end COMPLETED at 3",
            "b end COMPLETED at 3");
  }

  @Test
  void stepEventsCountEpochsAndBatchesFromOne() {
    List<StepEvent> steps = new ArrayList<>();
    TrainingListener collector =
        new TrainingListener() {
          @Override
          public void onStep(StepEvent event) {
            steps.add(event);
          }
        };
    try (var training = new LinearTraining(2, collector)) {
      training.run();
    }
    assertThat(steps).extracting(StepEvent::step).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(steps).extracting(StepEvent::epoch).containsExactly(1, 1, 1, 2, 2, 2);
    assertThat(steps).extracting(StepEvent::batch).containsExactly(1, 2, 3, 1, 2, 3);
    assertThat(steps).extracting(StepEvent::batchSize).containsExactly(2, 2, 1, 2, 2, 1);
    assertThat(steps).allMatch(event -> event.totalSteps() == 6 && event.batchesPerEpoch() == 3);
    assertThat(steps)
        .extracting(StepEvent::endsEpoch)
        .containsExactly(false, false, true, false, false, true);
    assertThat(steps).allMatch(event -> Double.isNaN(event.gradientNorm()), "nothing clips");
  }

  @Test
  void theEpochsLossIsTheMeanOverItsExamplesAndTheEvaluationComesBeforeIt() {
    List<StepEvent> steps = new ArrayList<>();
    List<EpochEvent> epochs = new ArrayList<>();
    TrainingListener collector =
        new TrainingListener() {
          @Override
          public void onStep(StepEvent event) {
            steps.add(event);
          }

          @Override
          public void onEpoch(EpochEvent event) {
            epochs.add(event);
          }
        };
    try (var examples = LinearTraining.loader(3, 0, 1, 2, 0);
        var training = new LinearTraining(1, plan -> plan.withEvaluation(examples), collector)) {
      TrainingEnd end = training.run();
      assertThat(end.lastEpoch()).contains(epochs.getFirst());
    }
    double sum = 2 * steps.get(0).loss() + 2 * steps.get(1).loss() + steps.get(2).loss();
    assertThat(epochs).hasSize(1);
    assertThat(epochs.getFirst().trainingLoss()).isEqualTo(sum / 5);
    assertThat(epochs.getFirst().evaluation())
        .hasValueSatisfying(m -> assertThat(m.count()).isEqualTo(4));
  }

  @Test
  void noEpochsAreCompletedAtOnce() {
    try (var training = new LinearTraining(0, new Ear("a"))) {
      TrainingEnd end = training.run();
      assertThat(end.reason()).isEqualTo(TrainingEnd.Reason.COMPLETED);
      assertThat(end.lastEpoch()).isEmpty();
    }
    assertThat(heard).containsExactly("a start 0", "a end COMPLETED at 0");
  }

  @Test
  void aRequestedStopEndsTheRunAfterTheStepAndTheNextRunGoesOn() {
    LinearTraining[] self = new LinearTraining[1];
    var stop = new After(2, () -> self[0].trainer.requestStop());
    try (var training = new LinearTraining(1, stop, new Ear("a"))) {
      self[0] = training;
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
    LinearTraining[] self = new LinearTraining[1];
    try (var training = new LinearTraining(1, new After(3, () -> self[0].trainer.requestStop()))) {
      self[0] = training;
      assertThat(training.run().reason()).isEqualTo(TrainingEnd.Reason.COMPLETED);
    }
  }

  @Test
  void anInterruptStopsAfterTheStepAndTheThreadStaysInterrupted() {
    var interrupt = new After(2, () -> Thread.currentThread().interrupt());
    try (var training = new LinearTraining(1, interrupt, new Ear("a"))) {
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
      assertThat(end.step()).isLessThanOrEqualTo(1);
      assertThat(training.data.position()).isEqualTo(new DataLoader.Position(0, (int) end.step()));
      assertThat(training.run().step()).isEqualTo(3);
    }
  }

  @Test
  void anInterruptDuringTheLastStepLetsTheEvaluationFinish() {
    var interrupt = new After(3, () -> Thread.currentThread().interrupt());
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
    LinearTraining[] self = new LinearTraining[1];
    try (var training = new LinearTraining(1, new After(2, () -> self[0].poison()), new Ear("a"))) {
      self[0] = training;
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

  @ParameterizedTest
  @ValueSource(strings = {"start", "after", "step", "epoch"})
  void aListenersExceptionEndsTheRunAndAllListenersHearOfIt(String when) {
    var failure = new IllegalStateException("on purpose");
    TrainingListener failing =
        new TrainingListener() {
          private void at(String now) {
            if (now.equals(when)) {
              throw failure;
            }
          }

          @Override
          public void onStart(Trainer trainer) {
            at("start");
          }

          @Override
          public void afterStep(Trainer trainer, StepEvent event) {
            at("after");
          }

          @Override
          public void onStep(StepEvent event) {
            at("step");
          }

          @Override
          public void onEpoch(EpochEvent event) {
            at("epoch");
          }
        };
    try (var training = new LinearTraining(1, new Ear("a"), failing, new Ear("b"))) {
      assertThatThrownBy(training::run).isSameAs(failure);
    }
    assertThat(heard.get(heard.size() - 2)).startsWith("a end FAILED");
    assertThat(heard.getLast()).startsWith("b end FAILED");
  }

  @Test
  void aListenerThatFailsAtTheEndKeepsTheEndFromNobody() {
    var failure = new IllegalStateException("on purpose");
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void onEnd(TrainingEnd end) {
            throw failure;
          }
        };
    try (var training = new LinearTraining(1, failing, new Ear("b"), failing)) {
      assertThatThrownBy(training::run).isSameAs(failure);
    }
    assertThat(heard).endsWith("b end COMPLETED at 3");
  }

  @Test
  void aTrainerRefusesALoaderInMidEpoch() {
    try (var training = new LinearTraining(1)) {
      training.data.seek(new DataLoader.Position(4, 1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Trainer(training.model, training.data, training.trainer.plan()))
          .withMessageContaining("batch 1 of epoch 4");
    }
  }

  @Test
  void aListenerThatFailsAgainAtTheEndDoesNotHideTheFirstFailure() {
    var first = new IllegalStateException("first");
    var second = new IllegalStateException("second");
    record Failing(RuntimeException inEpoch, RuntimeException atEnd) implements TrainingListener {
      @Override
      public void onEpoch(EpochEvent event) {
        throw inEpoch;
      }

      @Override
      public void onEnd(TrainingEnd end) {
        throw atEnd;
      }
    }
    try (var training = new LinearTraining(1, new Failing(first, second), new Ear("b"))) {
      assertThatThrownBy(training::run).isSameAs(first).hasSuppressedException(second);
    }
    try (var training = new LinearTraining(1, new Failing(second, second))) {
      assertThatThrownBy(training::run).isSameAs(second);
    }
    assertThat(heard).endsWith("b end FAILED at 3");
  }
}
