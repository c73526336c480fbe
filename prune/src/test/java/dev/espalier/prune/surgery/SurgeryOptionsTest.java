package dev.espalier.prune.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.optim.Adam;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.prune.Nets;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rounded numbers of channels, optimisers that go on, and models that surgery cannot see through.
 */
class SurgeryOptionsTest {
  private static final int INPUTS = 3;
  private static final Tensor EXAMPLE = Nets.inputs(Shape.of(INPUTS), 4);

  /** Masks rows of a linear layer. */
  private static void maskRows(Linear layer, Integer... rows) {
    List<Integer> dead = List.of(rows);
    int width = layer.weight().dim(1);
    layer
        .weight()
        .setMask(Mask.of(layer.weight().shape(), i -> !dead.contains(i / width)), MaskMode.HARD);
    layer.bias().setMask(Mask.of(layer.bias().shape(), i -> !dead.contains(i)), MaskMode.HARD);
  }

  @Test
  void theBestOfTheMaskedChannelsStayForRounding() {
    Linear first = new Linear(INPUTS, 8, new Generator(1));
    Module module = new Sequential(first, new ReLU(), new Linear(8, 2, new Generator(2)));
    maskRows(first, 0, 1, 2, 3, 4);
    Tensor masked = Nets.outputs(module, EXAMPLE);
    Tensor scores = Tensor.zeros(first.weight().dtype(), first.weight().shape());
    scores.set(7, 3, 0); // row 3 was better than the others
    var options = SurgeryOptions.DEFAULT.roundedTo(4, Map.of("0.weight", scores));
    ShrinkPlan plan = Surgery.shrink(module, EXAMPLE, options);
    assertThat(first.weight().dim(0)).isEqualTo(4);
    assertThat(first.bias().mask()).isEqualTo(rows(false, true, true, true));
    assertThat(plan.removed()).containsEntry("0.weight", 4);
    assertThat(plan.kept())
        .containsExactly("1 masked channels of '0.weight' stay: their number is a multiple of 4");
    Nets.assertClose(Nets.outputs(module, EXAMPLE), masked, 1e-5);
  }

  private static Mask rows(boolean... kept) {
    return Mask.of(Shape.of(kept.length), kept);
  }

  @Test
  void withoutScoresTheFirstStayAndNeverMoreThanThereAre() {
    Linear first = new Linear(INPUTS, 6, new Generator(1));
    Linear second = new Linear(6, 3, new Generator(2));
    Module module =
        new Sequential(first, new ReLU(), second, new ReLU(), new Linear(3, 2, new Generator(3)));
    maskRows(first, 1, 3, 4, 5);
    maskRows(second, 0);
    Surgery.shrink(module, EXAMPLE, SurgeryOptions.DEFAULT.roundedTo(4, Map.of()));
    assertThat(first.bias().mask()).isEqualTo(rows(true, false, true, false));
    assertThat(second.weight().dim(0)).isEqualTo(3);
  }

  @Test
  void multiplesBelowOneAreRefused() {
    assertThatThrownBy(() -> SurgeryOptions.DEFAULT.roundedTo(0, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not of 0");
  }

  private static void step(Module module, Optimizer optimizer) {
    try (var _ = Scope.open("step")) {
      optimizer.zeroGrad();
      module.forward(Variable.of(EXAMPLE)).square().mean().backward();
      optimizer.step();
    }
  }

  /** A small network with a batch-norm and a branch, some of whose channels are masked. */
  private static Module masked() {
    Linear first = new Linear(INPUTS, 5, new Generator(1));
    var norm = new BatchNorm1d(5);
    Linear branch = new Linear(5, 5, new Generator(2));
    Module module =
        new Sequential(
            first,
            norm,
            new ReLU(),
            new Residual(branch, null),
            new Linear(5, 2, new Generator(3)));
    Mask kept = rows(true, false, true, true, false);
    maskRows(first, 1, 4);
    norm.weight().setMask(kept, MaskMode.HARD);
    norm.bias().setMask(kept, MaskMode.HARD);
    maskRows(branch, 0, 1, 2, 3, 4);
    return module;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void trainingGoesOnAsIfNothingHadBeenRemoved(boolean adam) {
    Function<Module, Optimizer> made =
        module -> adam ? new Adam(module, 0.05) : new Sgd(module, 0.1, 0.9, 1e-3);
    Module small = masked();
    Module whole = masked();
    Optimizer mine = made.apply(small);
    Optimizer other = made.apply(whole);
    for (int i = 0; i < 3; i++) {
      step(small, mine);
      step(whole, other);
    }
    ShrinkPlan plan = Surgery.shrink(small, EXAMPLE, SurgeryOptions.DEFAULT.with(mine));
    assertThat(plan.removed()).containsEntry("0.weight", 2);
    assertThat(plan.removedBranches()).containsExactly("3.body");
    assertThat(mine.stateTensors().keySet()).noneMatch(name -> name.startsWith("3."));
    for (int i = 0; i < 3; i++) {
      step(small, mine);
      step(whole, other);
    }
    Nets.assertClose(Nets.outputs(small, EXAMPLE), Nets.outputs(whole, EXAMPLE), 1e-5);
    assertThat(mine.stepCounts().get("0.weight")).isEqualTo(6);
  }

  @Test
  void codeThatDependsOnTheNumberOfChannelsIsRefusedAndNothingIsChanged() {
    Linear first = new Linear(INPUTS, 4, new Generator(1));
    Linear last = new Linear(4, 2, new Generator(2));
    var norm = new BatchNorm1d(4);
    var module =
        new Module() {
          private final Linear a = child("first", first);
          private final BatchNorm1d b = child("norm", norm);
          private final Linear c = child("last", last);

          @Override
          public Variable forward(Variable x) {
            Variable y = b.forward(a.forward(x));
            return c.forward(y.mul(1.0 / y.dim(1)));
          }
        };
    maskRows(first, 2);
    norm.weight().setMask(rows(true, true, false, true), MaskMode.HARD);
    norm.bias().setMask(rows(true, true, false, true), MaskMode.HARD);
    double[] before = Nets.outputs(module, EXAMPLE).toDoubleArray();
    Mask mask = first.weight().mask();
    assertThatThrownBy(() -> Surgery.shrink(module, EXAMPLE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("nothing was changed", "depends on the number of channels");
    assertThat(Nets.outputs(module, EXAMPLE).toDoubleArray()).isEqualTo(before);
    assertThat(first.weight().mask()).isEqualTo(mask);
    assertThat(norm.runningMean().shape()).isEqualTo(Shape.of(4));
  }
}
