package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Adam;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.nn.optim.ParameterGroup;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Value, gradient and optimiser state are exactly zero where a hard mask is, in every optimiser.
 */
class HardMaskTest {
  private record Case(String name, Function<Module, Optimizer> create) {
    @Override
    public String toString() {
      return name;
    }
  }

  private final Module module =
      new Sequential(
          new Conv2d(1, 4, 3, ConvSpec.of(1, 1), new Generator(1)),
          new BatchNorm2d(4),
          new ReLU(),
          new Flatten(),
          new Linear(64, 12, new Generator(2)),
          new ReLU(),
          new Linear(12, 3, new Generator(3)));
  private final Tensor inputs = Nets.inputs(Shape.of(1, 4, 4), 6);
  private final Tensor labels = Tensor.of(Shape.of(6), 0L, 1, 2, 0, 1, 2);

  static Stream<Case> optimizers() {
    return Stream.of(
        new Case("sgd", m -> new Sgd(m, 0.1, 0, 0)),
        new Case("momentum and weight decay", m -> new Sgd(m, 0.1, 0.9, 0.01)),
        new Case(
            "nesterov",
            m ->
                new Sgd(
                    List.of(new ParameterGroup(m.namedParameters(), 0.1, 0.01)),
                    new Sgd.Config(0.9, 0, true))),
        new Case("adam", m -> new Adam(m, 0.01)),
        new Case(
            "adam with weight decay",
            m ->
                new Adam(
                    List.of(new ParameterGroup(m.namedParameters(), 0.01, 0.1)), Adam.Config.ADAM)),
        new Case("adamw", m -> Adam.w(m, 0.01, 0.1)));
  }

  private void backward(Optimizer optimizer) {
    try (var _ = Scope.open("step")) {
      optimizer.zeroGrad();
      new CrossEntropy().of(module.forward(Variable.of(inputs)), labels).backward();
    }
  }

  private void prune(String method, double density) {
    new Pruner(module, Methods.get(method), inputs, new Generator(4)).pruneToDensity(density);
  }

  private void assertZeroWhereMasked(Optimizer optimizer) {
    module
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.mask() != null) {
                assertThat(parameter.mask().violations(parameter.tensor())).as(name).isZero();
                optimizer
                    .stateTensors()
                    .forEach(
                        (path, state) -> {
                          if (path.startsWith(name + "/")) {
                            assertThat(parameter.mask().violations(state)).as(path).isZero();
                          }
                        });
              }
            });
  }

  private void assertZeroGradientsWhereMasked(String... names) {
    for (String name : names) {
      Parameter parameter = module.namedParameters().get(name);
      assertThat(parameter.mask().violations(parameter.grad().tensor())).as(name).isZero();
      assertThat(Mask.nonZeros(parameter.grad().tensor()).kept()).as(name).isPositive();
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void masksSurviveTrainingAfterElementPruning(Case optimizerCase) {
    Optimizer optimizer = optimizerCase.create.apply(module);
    for (double density : new double[] {0.8, 0.5, 0.2}) {
      prune("layer-magnitude", density);
      for (int step = 0; step < 3; step++) {
        backward(optimizer);
        assertZeroGradientsWhereMasked("0.weight", "4.weight");
        double[] before = module.namedParameters().get("4.weight").tensor().toDoubleArray();
        optimizer.step();
        assertZeroWhereMasked(optimizer);
        assertThat(module.namedParameters().get("4.weight").tensor().toDoubleArray())
            .isNotEqualTo(before);
      }
    }
  }

  /** What reads these channels is not masked, so gradients reach them. */
  @ParameterizedTest
  @MethodSource("optimizers")
  void masksOfBiasesAloneSurviveTraining(Case optimizerCase) {
    Optimizer optimizer = optimizerCase.create.apply(module);
    module
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.shape().rank() == 1) {
                parameter.setMask(
                    Mask.of(parameter.shape(), i -> i % 4 != 1), Parameter.MaskMode.HARD);
              }
            });
    for (int step = 0; step < 3; step++) {
      backward(optimizer);
      optimizer.step();
      assertZeroWhereMasked(optimizer);
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void masksOfBiasesAndNormalisationsSurviveTrainingAfterFilterPruning(Case optimizerCase) {
    Optimizer optimizer = optimizerCase.create.apply(module);
    backward(optimizer);
    optimizer.step();
    prune("filter-magnitude", 0.5);
    assertThat(module.namedParameters().get("1.bias").mask()).isNotNull();
    for (int step = 0; step < 3; step++) {
      backward(optimizer);
      optimizer.step();
      assertZeroWhereMasked(optimizer);
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aMaskSetBetweenBackwardAndStepHolds(Case optimizerCase) {
    Optimizer optimizer = optimizerCase.create.apply(module);
    backward(optimizer);
    optimizer.step();
    backward(optimizer);
    prune("layer-magnitude", 0.3);
    optimizer.step();
    assertZeroWhereMasked(optimizer);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aDenseGradientUnderAHardMaskDoesNotReachTheValue(Case optimizerCase) {
    Optimizer optimizer = optimizerCase.create.apply(module);
    prune("layer-magnitude", 0.3);
    Parameter weight = module.namedParameters().get("4.weight");
    weight.setDenseGradient(true);
    backward(optimizer);
    assertThat(weight.mask().violations(weight.grad().tensor())).isPositive();
    optimizer.step();
    assertZeroWhereMasked(optimizer);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void hiddenValuesUnderASoftMaskLiveOnAndComeBack(Case optimizerCase) {
    Optimizer optimizer = optimizerCase.create.apply(module);
    prune("layer-magnitude", 0.3);
    Parameter weight = module.namedParameters().get("4.weight");
    var mask = weight.mask();
    weight.clearMask();
    weight.tensor().fill(0.1);
    weight.setMask(mask, MaskMode.SOFT);
    backward(optimizer);
    assertThat(mask.violations(weight.grad().tensor())).isZero();
    optimizer.step();
    assertThat(mask.violations(weight.tensor())).isEqualTo(mask.size() - mask.kept());
    weight.harden();
    assertThat(mask.violations(weight.tensor())).isZero();
  }
}
