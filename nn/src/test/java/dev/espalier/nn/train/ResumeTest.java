package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Module;
import dev.espalier.nn.optim.Adam;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.nn.optim.ParameterGroup;
import dev.espalier.nn.optim.Sgd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Continuing from a file gives the bits of the training that was never interrupted. */
@Timeout(120)
class ResumeTest {
  private static final int EPOCHS = 6;

  @TempDir Path directory;

  static Stream<Named<Function<Module, Optimizer>>> optimizers() {
    return Stream.of(
        Named.of(
            "Nesterov",
            model ->
                new Sgd(
                    List.of(new ParameterGroup(model.namedParameters(), 0.05, 1e-3)),
                    new Sgd.Config(0.9, 0, true))),
        Named.of("Adam", model -> new Adam(model, 0.01)),
        Named.of("AdamW", model -> Adam.w(model, 0.01, 0.1)));
  }

  private Path stopAt(long step, Function<Module, Optimizer> optimizer) {
    Path file = directory.resolve("checkpoint.safetensors");
    try (var first = new SmallTraining(EPOCHS, optimizer, new StopAt(step))) {
      first.run();
      assertThat(first.trainer.step()).isEqualTo(step);
      try (Checkpoint checkpoint = first.trainer.checkpoint(Map.of())) {
        checkpoint.write(file);
      }
    }
    return file;
  }

  private static void expectSame(Path file, Function<Module, Optimizer> optimizer) {
    try (var whole = new SmallTraining(EPOCHS, optimizer);
        var resumed = new SmallTraining(EPOCHS, optimizer);
        var checkpoint = Checkpoint.read(file)) {
      whole.run();
      resumed.trainer.restore(checkpoint);
      TrainingEnd end = resumed.run();
      assertThat(end.reason()).isEqualTo(TrainingEnd.Reason.COMPLETED);
      assertThat(end.step()).isEqualTo(EPOCHS * SmallTraining.STEPS_PER_EPOCH);
      assertThat(resumed.digest()).isEqualTo(whole.digest());
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void betweenEpochs(Function<Module, Optimizer> optimizer) {
    expectSame(stopAt(3 * SmallTraining.STEPS_PER_EPOCH, optimizer), optimizer);
  }

  /** Step 5 sets masks, step 6 is the first one after, 7 lies in mid-epoch, 24 is the last. */
  @ParameterizedTest
  @ValueSource(longs = {1, 5, 6, 7, 24})
  void afterAnyStep(long step) {
    Function<Module, Optimizer> optimizer = model -> new Sgd(model, 0.05, 0.9, 1e-3);
    expectSame(stopAt(step, optimizer), optimizer);
  }

  @Test
  void theFirstEpochAfterAResumeReportsTheWholeEpochsLoss() {
    Function<Module, Optimizer> optimizer = model -> new Sgd(model, 0.05, 0.9, 1e-3);
    List<Double> expected = new ArrayList<>();
    List<Double> actual = new ArrayList<>();
    Path file = stopAt(6, optimizer);
    try (var whole = new SmallTraining(EPOCHS, optimizer, new Losses(expected));
        var resumed = new SmallTraining(EPOCHS, optimizer, new Losses(actual));
        var checkpoint = Checkpoint.read(file)) {
      whole.run();
      resumed.trainer.restore(checkpoint);
      resumed.run();
    }
    assertThat(actual).isEqualTo(expected.subList(1, EPOCHS));
  }

  @Test
  void aStoppedTrainerGoesOnByItself() {
    try (var whole = new SmallTraining(EPOCHS);
        var twice = new SmallTraining(EPOCHS, new StopAt(7))) {
      whole.run();
      assertThat(twice.run().reason()).isEqualTo(TrainingEnd.Reason.STOPPED);
      assertThat(twice.run().reason()).isEqualTo(TrainingEnd.Reason.COMPLETED);
      assertThat(twice.digest()).isEqualTo(whole.digest());
    }
  }

  @Test
  void trainingLearnsAndIsRepeatable() {
    List<Double> losses = new ArrayList<>();
    try (var one = new SmallTraining(EPOCHS, new Losses(losses));
        var two = new SmallTraining(EPOCHS)) {
      String untrained = one.digest();
      one.run();
      two.run();
      assertThat(one.digest()).isEqualTo(two.digest()).isNotEqualTo(untrained);
      assertThat(losses.getLast()).isLessThan(0.8 * losses.getFirst());
    }
  }

  private record StopAt(long step) implements TrainingListener {
    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      if (event.step() == step) {
        trainer.requestStop();
      }
    }
  }

  private record Losses(List<Double> list) implements TrainingListener {
    @Override
    public void onEpoch(EpochEvent event) {
      list.add(event.trainingLoss());
    }
  }
}
