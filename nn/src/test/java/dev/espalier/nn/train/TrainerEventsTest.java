package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.data.DataLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What listeners hear and in which order, also when one of them fails. */
@Timeout(60)
class TrainerEventsTest {
  private final List<String> heard = new ArrayList<>();

  @Test
  void everyEventGoesToAllListenersInTheOrderOfThePlan() {
    try (var training =
        new LinearTraining(
            1, new RecordingListener("a", heard), new RecordingListener("b", heard))) {
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
  void gradientsAreSeenBeforeTheOptimiserUsesThem() {
    List<String> order = new ArrayList<>();
    double[] before = {0};
    TrainingListener look =
        new TrainingListener() {
          @Override
          public void beforeUpdate(Trainer trainer, long step) {
            order.add("before " + step + " after " + trainer.step());
            assertThat(trainer.model().parameters()).allMatch(p -> p.grad() != null);
            before[0] = trainer.model().parameters().getFirst().tensor().toDoubleArray()[0];
          }

          @Override
          public void afterStep(Trainer trainer, StepEvent event) {
            order.add("after " + event.step());
            assertThat(trainer.model().parameters().getFirst().tensor().toDoubleArray()[0])
                .isNotEqualTo(before[0]);
          }
        };
    try (var training = new LinearTraining(1, look)) {
      training.run();
    }
    assertThat(order).startsWith("before 1 after 0", "after 1", "before 2 after 1", "after 2");
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
    try (var training =
        new LinearTraining(
            1, new RecordingListener("a", heard), failing, new RecordingListener("b", heard))) {
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
    try (var training =
        new LinearTraining(1, failing, new RecordingListener("b", heard), failing)) {
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
    try (var training =
        new LinearTraining(1, new Failing(first, second), new RecordingListener("b", heard))) {
      assertThatThrownBy(training::run).isSameAs(first).hasSuppressedException(second);
    }
    try (var training = new LinearTraining(1, new Failing(second, second))) {
      assertThatThrownBy(training::run).isSameAs(second);
    }
    assertThat(heard).endsWith("b end FAILED at 3");
  }
}
