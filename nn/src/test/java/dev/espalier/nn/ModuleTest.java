package dev.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Dropout;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModuleTest {
  /** A module of its own, with everything that can be registered. */
  private static final class Scaled extends Module {
    private final Parameter scale = parameter("scale", Tensor.of(Shape.of(1), 3f));
    private final Linear inner = child("inner", new Linear(2, 1, new Generator(1)));

    Scaled() {
      buffer("offset", Tensor.of(Shape.of(1), 1f));
    }

    @Override
    public Variable forward(Variable x) {
      return inner.forward(x).mul(scale);
    }

    void registerAgain(String name) {
      parameter(name, Tensor.of(Shape.of(1), 0f));
    }
  }

  private static Module convBlock() {
    var generator = new Generator(1);
    return new Sequential(
        new Conv2d(3, 4, 3, ConvSpec.DEFAULT, generator), new BatchNorm2d(4), new ReLU());
  }

  @Test
  void stateDictHasTheNamesAndOrderOfPyTorch() {
    assertThat(convBlock().stateDict().keySet())
        .containsExactly(
            "0.weight",
            "0.bias",
            "1.weight",
            "1.bias",
            "1.running_mean",
            "1.running_var",
            "1.num_batches_tracked");
  }

  @Test
  void stateDictListsOwnPartsBeforeThoseOfChildren() {
    assertThat(new Scaled().stateDict().keySet())
        .containsExactly("scale", "offset", "inner.weight", "inner.bias");
  }

  @Test
  void nestedModulesAreNamedByTheirPath() {
    Module model = new Sequential(new Residual(new Sequential(convBlock()), null));
    assertThat(model.namedModules().keySet())
        .containsExactly("", "0", "0.body", "0.body.0", "0.body.0.0", "0.body.0.1", "0.body.0.2");
    assertThat(model.namedParameters()).containsKey("0.body.0.1.weight");
  }

  @Test
  void namesWithDotsEmptyOrTakenAreRefused() {
    var module = new Scaled();
    for (String name : new String[] {"a.b", "", "scale", "inner", "offset"}) {
      assertThatThrownBy(() -> module.registerAgain(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + name + "'");
    }
  }

  @Test
  void loadStateDictCopiesEveryValue() {
    Module from = convBlock();
    Module to = convBlock();
    from.stateDict().get("0.weight").fill(7);
    from.stateDict().get("1.running_mean").fill(8);
    from.stateDict().get("1.num_batches_tracked").set(9);
    to.loadStateDict(from.stateDict());
    to.stateDict()
        .forEach(
            (name, tensor) ->
                assertThat(tensor.toDoubleArray())
                    .as(name)
                    .isEqualTo(from.stateDict().get(name).toDoubleArray()));
    assertThat(to.stateDict().get("0.weight").sharesStorageWith(from.stateDict().get("0.weight")))
        .isFalse();
  }

  @Test
  void loadStateDictListsAllDifferencesAndChangesNothing() {
    Module model = convBlock();
    Map<String, Tensor> state = new LinkedHashMap<>(convBlock().stateDict());
    state.remove("1.bias");
    state.put("1.weight", Tensor.full(DType.FLOAT32, Shape.of(5), 1));
    state.put("2.weight", Tensor.full(DType.FLOAT32, Shape.of(5), 1));
    state.put("0.bias", Tensor.full(DType.FLOAT32, Shape.of(4), 42));
    assertThatThrownBy(() -> model.loadStateDict(state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("missing '1.bias' [4]")
        .hasMessageContaining("'1.weight' has shape [5] but [4] is needed")
        .hasMessageContaining("unexpected '2.weight'");
    assertThat(model.stateDict().get("0.bias").toFloatArray()).doesNotContain(42f);
  }

  @Test
  void loadStateDictAppliesHardMasksAgain() {
    var model = new Linear(2, 2, new Generator(1));
    model
        .weight()
        .setMask(Mask.of(Shape.of(2, 2), true, false, false, true), Parameter.MaskMode.HARD);
    model.loadStateDict(
        Map.of(
            "weight", Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, 4f),
            "bias", Tensor.of(Shape.of(2), 5f, 6f)));
    assertThat(Given.values(model.weight())).containsExactly(1, 0, 0, 4);
  }

  @Test
  void loadStateDictKeepsValuesUnderASoftMask() {
    var model = new Linear(2, 1, false, new Generator(1));
    model.weight().setMask(Mask.of(Shape.of(1, 2), true, false), Parameter.MaskMode.SOFT);
    model.loadStateDict(Map.of("weight", Tensor.of(Shape.of(1, 2), 1f, 2f)));
    assertThat(Given.values(model.weight())).containsExactly(1, 2);
  }

  @Test
  void trainAndEvalReachTheWholeTree() {
    Module model = new Sequential(convBlock(), new Dropout(0.5, new Generator(1)));
    assertThat(model.namedModules().values()).allMatch(Module::training);
    model.eval();
    assertThat(model.namedModules().values()).noneMatch(Module::training);
    model.train();
    assertThat(model.namedModules().values()).allMatch(Module::training);
  }

  @Test
  void evaluatingGivesEveryModuleItsOwnModeBack() {
    Module frozen = convBlock();
    Module model = new Sequential(frozen, convBlock());
    frozen.eval();
    try (var _ = model.evaluating()) {
      assertThat(model.namedModules().values()).noneMatch(Module::training);
    }
    assertThat(model.training()).isTrue();
    assertThat(frozen.namedModules().values()).noneMatch(Module::training);
    assertThat(model.children().get("1").namedModules().values()).allMatch(Module::training);
  }

  @Test
  void generatorsAreNamedLikeParameters() {
    var generator = new Generator(5);
    Module model = new Sequential(new ReLU(), new Sequential(new Dropout(0.5, generator)));
    assertThat(model.namedGenerators()).containsExactly(Map.entry("1.0.generator", generator));
  }

  @Test
  void conversionChangesFloatingTensorsAndKeepsMasks() {
    Module model = convBlock();
    Parameter weight = model.namedParameters().get("0.weight");
    Mask mask = Mask.of(weight.shape(), i -> i % 2 == 0);
    weight.setMask(mask, Parameter.MaskMode.HARD);
    model.to(DType.FLOAT64);
    assertThat(model.namedParameters().values()).allMatch(p -> p.dtype() == DType.FLOAT64);
    assertThat(model.stateDict().get("1.running_var").dtype()).isEqualTo(DType.FLOAT64);
    assertThat(model.stateDict().get("1.num_batches_tracked").dtype()).isEqualTo(DType.INT64);
    assertThat(weight.mask()).isSameAs(mask);
    Variable x = Variable.of(Given.normal(1, 2, 3, 5, 5).to(DType.FLOAT64));
    assertThat(model.forward(x).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(model.stateDict().get("1.running_mean").toDoubleArray()).doesNotContain(0.0);
  }

  @Test
  void zeroGradDropsTheGradientsOfTheTree() {
    Module model = convBlock();
    model.forward(Variable.of(Given.normal(1, 2, 3, 5, 5))).sum().backward();
    assertThat(model.parameters()).allMatch(p -> p.grad() != null);
    model.zeroGrad();
    assertThat(model.parameters()).allMatch(p -> p.grad() == null);
  }

  @Test
  void closedModulesHoldNoOpenTensor() {
    Module model = convBlock();
    Map<String, Tensor> state = model.stateDict();
    model.close();
    assertThat(state.values()).allMatch(Tensor::isClosed);
  }
}
