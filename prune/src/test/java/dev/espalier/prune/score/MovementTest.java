package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.Normalization;
import dev.espalier.nn.data.SyntheticDigits;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.nn.train.TrainingPlan;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class MovementTest {
  private final Module module =
      new Sequential(new Flatten(), new Linear(784, 10, new Generator(1)));
  private final Tensor example = Nets.inputs(Shape.of(1, 28, 28), 1);

  /** Sums -w g by hand, with w as it was before each step. */
  private final class ByHand implements TrainingListener {
    private final Parameter weight = module.namedParameters().get("1.weight");
    private double[] before = weight.tensor().toDoubleArray();
    private final double[] sum = new double[before.length];

    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      double[] gradient = weight.grad().tensor().toDoubleArray();
      for (int i = 0; i < sum.length; i++) {
        sum[i] -= before[i] * gradient[i];
      }
      before = weight.tensor().toDoubleArray();
    }
  }

  @Test
  void itIsTheSumOverSteps() {
    var movement = new Movement();
    var byHand = new ByHand();
    try (var loader =
        new DataLoader(
            SyntheticDigits.train(64, 1),
            Augment.none(Normalization.grey(0.5f, 0.25f)),
            LoaderOptions.training(16, 1))) {
      var plan =
          TrainingPlan.of(1, new CrossEntropy(), new Sgd(module, 0.05, 0.9, 0))
              .withListeners(movement.listener(), byHand);
      new Trainer(module, loader, plan).run();
    }
    assertThat(Scoring.scores(movement, module, example, null, "1.weight"))
        .containsExactly(byHand.sum, within(1e-5));
    assertThatThrownBy(() -> Scoring.scores(movement.fresh(), module, example, null, "1.weight"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("'movement'", "no training step");
    assertThatThrownBy(
            () -> Scoring.scores(movement, Nets.zoo("lenet-5"), example, null, "1.weight"))
        .hasMessageContainingAll("has not watched", "conv1.weight");
  }

  @Test
  void aPrunerHandsOutAWatcherOfItsOwn() {
    var method = Nets.method(new ElementStructure(), new Movement(), RankingScope.LOCAL);
    assertThat(new Pruner(module, method, example, new Generator(7)).observer()).isPresent();
    var plain = Nets.method(new ElementStructure(), new Magnitude(), RankingScope.LOCAL);
    assertThat(new Pruner(module, plain, example, new Generator(7)).observer()).isEmpty();
  }
}
