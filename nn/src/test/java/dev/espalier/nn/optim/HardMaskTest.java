package dev.espalier.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Linear;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Under a hard mask value, gradient and state are exactly zero (positive zero) after every step of
 * every optimiser.
 */
class HardMaskTest {
  private static final Shape SHAPE = Shape.of(5, 7);
  private static final Mask HALF = Mask.of(SHAPE, i -> i % 2 == 0);
  private static final Mask TENTH = Mask.of(SHAPE, i -> i % 10 == 0);

  private final Linear layer = new Linear(7, 5, new Generator(1));
  private final Parameter weight = layer.weight();

  private static Function<Map<String, Parameter>, Optimizer> sgd(Sgd.Config config) {
    return parameters -> new Sgd(List.of(new ParameterGroup(parameters, 0.1, 0.01)), config);
  }

  private static Function<Map<String, Parameter>, Optimizer> adam(Adam.Config config) {
    return parameters -> new Adam(List.of(new ParameterGroup(parameters, 0.1, 0.01)), config);
  }

  static Stream<Named<Function<Map<String, Parameter>, Optimizer>>> optimizers() {
    return Stream.of(
        Named.of("SGD", sgd(Sgd.Config.DEFAULT)),
        Named.of("momentum", sgd(Sgd.Config.momentum(0.9))),
        Named.of("Nesterov", sgd(new Sgd.Config(0.9, 0, true))),
        Named.of("dampening", sgd(new Sgd.Config(0.9, 0.5, false))),
        Named.of("Adam", adam(Adam.Config.ADAM)),
        Named.of("AdamW", adam(Adam.Config.ADAMW)));
  }

  private void train(Optimizer optimizer, int steps, boolean checked) {
    for (int i = 0; i < steps; i++) {
      layer.zeroGrad();
      layer.forward(Variable.of(Given.normal(i, 3, 7))).square().sum().backward();
      optimizer.step();
      if (checked) {
        expectZeros(optimizer);
      }
    }
  }

  private void expectZeros(Optimizer optimizer) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("value", weight.tensor());
    optimizer
        .stateTensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith("weight/")) {
                tensors.put(name, tensor);
              }
            });
    tensors.forEach(
        (name, tensor) -> {
          float[] values = tensor.toFloatArray();
          for (int i = 0; i < values.length; i++) {
            if (!weight.mask().get(i)) {
              assertThat(Float.floatToRawIntBits(values[i])).as("%s %d", name, i).isZero();
            }
          }
        });
    assertThat(Given.largest(weight.tensor())).as("the others live").isPositive();
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void setBeforeTraining(Function<Map<String, Parameter>, Optimizer> make) {
    weight.setMask(HALF, MaskMode.HARD);
    train(make.apply(layer.namedParameters()), 5, true);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void setAndTightenedInMidTraining(Function<Map<String, Parameter>, Optimizer> make) {
    Optimizer optimizer = make.apply(layer.namedParameters());
    train(optimizer, 3, false);
    weight.setMask(HALF, MaskMode.HARD);
    train(optimizer, 2, true);
    weight.setMask(TENTH, MaskMode.HARD);
    train(optimizer, 2, true);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void softThenHardened(Function<Map<String, Parameter>, Optimizer> make) {
    Optimizer optimizer = make.apply(layer.namedParameters());
    weight.setMask(HALF, MaskMode.SOFT);
    weight.setDenseGradient(true);
    train(optimizer, 3, false);
    weight.harden();
    train(optimizer, 2, true);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void withDenseGradients(Function<Map<String, Parameter>, Optimizer> make) {
    weight.setMask(HALF, MaskMode.HARD);
    weight.setDenseGradient(true);
    train(make.apply(layer.namedParameters()), 3, true);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void setBetweenBackwardAndStep(Function<Map<String, Parameter>, Optimizer> make) {
    Optimizer optimizer = make.apply(layer.namedParameters());
    for (Mask mask : List.of(HALF, TENTH)) {
      layer.forward(Variable.of(Given.normal(1, 3, 7))).square().sum().backward();
      weight.setMask(mask, MaskMode.HARD);
      optimizer.step();
      expectZeros(optimizer);
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void setAfterTheLastStepBeforeACheckpoint(Function<Map<String, Parameter>, Optimizer> make) {
    Optimizer optimizer = make.apply(layer.namedParameters());
    train(optimizer, 2, false);
    weight.setMask(HALF, MaskMode.HARD);
    Optimizer resumed = make.apply(layer.namedParameters());
    resumed.restore(optimizer.stateTensors(), optimizer.stepCounts());
    expectZeros(resumed);
    train(resumed, 2, true);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void regrownPositionsStartFromZero(Function<Map<String, Parameter>, Optimizer> make) {
    Optimizer optimizer = make.apply(layer.namedParameters());
    weight.setMask(TENTH, MaskMode.HARD);
    train(optimizer, 2, true);
    weight.setMask(HALF, MaskMode.HARD);
    assertThat(weight.tensor().get(0, 2)).isZero();
    train(optimizer, 1, true);
    assertThat(weight.tensor().get(0, 2)).isNotZero();
  }
}
