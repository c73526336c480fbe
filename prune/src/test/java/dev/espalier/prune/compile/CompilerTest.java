package dev.espalier.prune.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Concat;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Dropout;
import dev.espalier.nn.layer.Embedding;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.LayerNorm;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.Maxout;
import dev.espalier.nn.layer.MultiHeadAttention;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.layer.Sigmoid;
import dev.espalier.nn.layer.Softmax;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A compiled model computes what its module computes. */
class CompilerTest {
  /** Relative to the largest output: sums of a few thousand float32 products in another order. */
  private static final double TOLERANCE = 1e-5;

  private static final Shape IMAGE = Shape.of(2, 6, 6);

  /** A module given by its forward function. */
  private static final class Given extends Module {
    private final UnaryOperator<Variable> function;

    Given(UnaryOperator<Variable> function, Module... children) {
      this.function = function;
      for (int i = 0; i < children.length; i++) {
        child("c" + i, children[i]);
      }
    }

    @Override
    public Variable forward(Variable x) {
      return function.apply(x);
    }
  }

  static Stream<Arguments> smallModels() {
    List<Arguments> cases = new ArrayList<>();
    for (String name :
        List.of("lenet-300-100", "lenet-5", "lenet-5-relu", "vgg-tiny", "resnet-8")) {
      for (double density : new double[] {1, 0.5, 0.1}) {
        cases.add(Arguments.of(name, density));
      }
    }
    return cases.stream();
  }

  private static Conv2d conv(int in, int out) {
    return new Conv2d(in, out, 3, ConvSpec.of(1, 1), new Generator(1));
  }

  private static Linear linear(int in, int out) {
    return new Linear(in, out, new Generator(2));
  }

  private static Module pruned(String name, double density) {
    Module module = Nets.zoo(name);
    new Pruner(module, Methods.get("global-magnitude"), Nets.inputs(name, 1), new Generator(3))
        .pruneToDensity(density);
    return module;
  }

  /** The outputs in every format. */
  private static void assertSame(Module module, Tensor example, Tensor... batches) {
    for (FormatChoice formats :
        List.of(
            FormatChoice.dense(), FormatChoice.csr(), FormatChoice.byTable(Crossover.standard()))) {
      try (CompiledModel model = Compiler.compile(module, example, formats)) {
        for (Tensor batch : batches) {
          Nets.assertClose(model.run(batch), Nets.outputs(module, batch), TOLERANCE);
        }
      }
    }
  }

  /** Compiles, compares on one and on three rows, and returns what the steps are. */
  private static List<String> layersOf(Module module, Shape input) {
    try (CompiledModel model = Compiler.compile(module, Nets.inputs(input, 2))) {
      for (int rows : new int[] {1, 3}) {
        Tensor batch = Nets.inputs(input, rows);
        Nets.assertClose(model.run(batch), Nets.outputs(module, batch), TOLERANCE);
      }
      return model.layers();
    }
  }

  @ParameterizedTest
  @MethodSource("smallModels")
  void outputsEqualTheModulesInEveryFormatAndBatchSize(String name, double density) {
    Module module = pruned(name, density);
    assertSame(module, Nets.inputs(name, 2), Nets.inputs(name, 1), Nets.inputs(name, 3));
    if (density == 0.1) {
      assertSame(module, Nets.inputs(name, 1), Nets.inputs(name, 128));
    }
  }

  @ParameterizedTest
  @MethodSource
  void outputsOfTheLargerModelsEqualTheModules(String name) {
    assertSame(pruned(name, 0.1), Nets.inputs(name, 1), Nets.inputs(name, 1), Nets.inputs(name, 3));
  }

  static Stream<String> outputsOfTheLargerModelsEqualTheModules() {
    return Stream.of("conv-2", "conv-4", "conv-6", "resnet-20");
  }

  @Test
  void batchNormAndReluBecomePartOfTheConvolution() {
    assertThat(layersOf(Nets.zoo("vgg-tiny"), Shape.of(3, 32, 32)))
        .containsExactly(
            "conv2d 0.weight + relu: dense, density 1.000",
            "conv2d 3.weight + relu: dense, density 1.000",
            "maxPool2d",
            "conv2d 7.weight + relu: dense, density 1.000",
            "conv2d 10.weight + relu: dense, density 1.000",
            "maxPool2d",
            "conv2d 14.weight + relu: dense, density 1.000",
            "conv2d 17.weight + relu: dense, density 1.000",
            "maxPool2d",
            "globalAvgPool2d",
            "flatten",
            "linear 23.weight: dense, density 1.000");
  }

  @Test
  void batchNormBehindALinearLayerIsFoldedToo() {
    Module module =
        Nets.disturbed(new Sequential(linear(5, 7), new BatchNorm1d(7), new ReLU(), linear(7, 3)));
    assertThat(layersOf(module, Shape.of(5)))
        .containsExactly(
            "linear 0.weight + relu: dense, density 1.000",
            "linear 3.weight: dense, density 1.000");
  }

  @Test
  void residualBlocksAddAndClampInOneStep() {
    List<String> layers = layersOf(Nets.zoo("resnet-8"), Shape.of(3, 32, 32));
    assertThat(layers).filteredOn(layer -> layer.equals("add + relu")).hasSize(3);
    assertThat(layers).doesNotContain("add", "relu");
    assertThat(layers).filteredOn(layer -> layer.startsWith("conv2d")).hasSize(9);
    assertThat(layers).noneMatch(layer -> layer.startsWith("scale") || layer.contains("Norm"));
  }

  @Test
  void batchNormThatFollowsNoProductIsOneScaleAndShift() {
    Module module =
        Nets.disturbed(
            new Sequential(
                new BatchNorm2d(2), new ReLU(), conv(2, 3), new MaxPool2d(2), new BatchNorm2d(3)));
    assertThat(layersOf(module, IMAGE))
        .containsExactly(
            "scale and shift + relu",
            "conv2d 2.weight: dense, density 1.000",
            "maxPool2d",
            "scale and shift");
  }

  @Test
  void aConvolutionWithAnotherReaderIsNotFused() {
    Conv2d first = conv(2, 3);
    BatchNorm2d norm = new BatchNorm2d(3);
    Module module =
        Nets.disturbed(
            new Given(
                x -> {
                  Variable y = first.forward(x);
                  return norm.forward(y).relu().add(y).add(y.relu());
                },
                first,
                norm));
    assertThat(layersOf(module, IMAGE))
        .containsExactly(
            "conv2d c0.weight: dense, density 1.000",
            "scale and shift + relu",
            "add",
            "relu",
            "add");
  }

  @Test
  void aResultThatIsAlsoAnInnerValueIsNotFusedAway() {
    Conv2d first = conv(2, 2);
    Module module = new Given(x -> x.add(first.forward(x)), first);
    assertThat(layersOf(module, IMAGE)).hasSize(2);
    assertThat(layersOf(new Given(first::forward, first), IMAGE)).hasSize(1);
  }

  @Test
  void aValueUsedTwiceByOneOperationLivesUntilItIsDone() {
    Linear first = linear(4, 4);
    Module module =
        new Given(
            x -> {
              Variable y = first.forward(x);
              Variable z = y.mul(y);
              return F.concat(1, z, y, z).add(F.concat(1, y, y, y)).mul(2);
            },
            first);
    layersOf(module, Shape.of(4));
    layersOf(new Given(x -> x.mul(x)), Shape.of(4));
  }

  @Test
  void aModelThatReturnsItsInputReturnsACopy() {
    Tensor x = Nets.inputs(Shape.of(4), 2);
    for (Module module : List.of(new Sequential(), new Sequential(new Flatten()))) {
      try (CompiledModel model = Compiler.compile(module, x)) {
        Tensor y = model.run(x);
        assertThat(y.toDoubleArray()).isEqualTo(x.toDoubleArray());
        assertThat(y.sharesStorageWith(x)).isFalse();
      }
    }
  }

  @Test
  void branchesAreConcatenated() {
    Module module =
        Nets.disturbed(
            new Sequential(
                new Concat(conv(2, 3), new Sequential(conv(2, 4), new ReLU())),
                new BatchNorm2d(7),
                conv(7, 2)));
    assertThat(layersOf(module, IMAGE)).contains("concat", "scale and shift");
  }

  @Test
  void otherLayersRunAsTheyDoInTheModule() {
    Module module =
        new Sequential(
            linear(5, 8),
            new LayerNorm(8),
            new Sigmoid(),
            new Residual(linear(8, 8), null),
            new Dropout(0.5, new Generator(4)),
            linear(8, 3),
            new Softmax());
    assertThat(layersOf(module, Shape.of(5)))
        .containsExactly(
            "linear 0.weight: dense, density 1.000",
            "layerNorm",
            "sigmoid",
            "linear 3.body.weight: dense, density 1.000",
            "add",
            "linear 5.weight: dense, density 1.000",
            "softmax");
  }

  @Test
  void aLinearLayerOverAnotherAxisIsNotFoldedWithTheChannels() {
    Module module = Nets.disturbed(new Sequential(linear(4, 6), new BatchNorm1d(5), new ReLU()));
    assertThat(layersOf(module, Shape.of(5, 4)))
        .containsExactly("linear 0.weight: dense, density 1.000", "scale and shift + relu");
  }

  @Test
  void groupedStridedAndDilatedConvolutionsKeepTheirGeometry() {
    var generator = new Generator(5);
    Module module =
        new Sequential(
            new Conv2d(2, 4, 3, ConvSpec.of(1, 2).withDilation(2), generator),
            new ReLU(),
            new Conv2d(4, 6, 3, ConvSpec.of(2, 1).withGroups(2), generator),
            new Conv2d(6, 6, 2, ConvSpec.DEFAULT.withGroups(6), generator));
    for (Parameter weight : module.parameters()) {
      if (weight.shape().rank() > 1) {
        weight.setMask(Mask.of(weight.shape(), i -> i % 3 == 0), MaskMode.HARD);
      }
    }
    Tensor batch = Nets.inputs(IMAGE, 3);
    assertSame(module, Nets.inputs(IMAGE, 1), batch);
  }

  @Test
  void deadChannelsAreDropped() {
    Module module = Nets.zoo("resnet-8");
    Tensor example = Nets.inputs("resnet-8", 1);
    new Pruner(module, Methods.get("filter-magnitude"), example, new Generator(6))
        .pruneToDensity(0.5);
    assertThat(layersOf(module, Shape.of(3, 32, 32)))
        .filteredOn(layer -> layer.contains("weight"))
        .hasSize(10)
        .allMatch(layer -> layer.endsWith("dense, density 1.000"));
    assertThat(Nets.parameters(module)).isEqualTo(Nets.parameters(Nets.zoo("resnet-8")));
  }

  @Test
  void softMasksHideTheirValues() {
    Linear first = linear(4, 6);
    BatchNorm1d norm = new BatchNorm1d(6);
    Linear last = linear(6, 2);
    Module module = Nets.disturbed(new Sequential(first, norm, new ReLU(), last));
    for (Parameter parameter : module.parameters()) {
      parameter.setMask(Mask.of(parameter.shape(), i -> i % 3 != 1), MaskMode.SOFT);
    }
    assertThat(layersOf(module, Shape.of(4)))
        .containsExactly(
            // the folded scales mask two rows of six, which are constant and fold into the last
            // bias
            "linear 0.weight + relu: dense, density 0.750",
            "linear 3.weight: dense, density 1.000");
  }

  @Test
  void aWeightComputedFromParametersIsComputedOnce() {
    Linear raw = linear(4, 3);
    Module module =
        new Given(
            x -> {
              Variable norm = raw.weight().square().sum(true, 1).sqrt();
              return F.linear(x, raw.weight().div(norm), raw.bias().exp());
            },
            raw);
    assertThat(layersOf(module, Shape.of(4))).containsExactly("linear");
  }

  @Test
  void frozenParametersAreCompiledLikeOthers() {
    Module module = Nets.zoo("lenet-300-100");
    module.parameters().forEach(parameter -> parameter.setFrozen(true));
    assertThat(layersOf(module, Shape.of(1, 28, 28))).hasSize(4);
  }

  @Test
  void doublePrecisionModelsStayDouble() {
    Module module = new Sequential(linear(4, 3), new ReLU(), linear(3, 2)).to(DType.FLOAT64);
    Tensor x = Nets.inputs(Shape.of(4), 2).to(DType.FLOAT64);
    try (CompiledModel model = Compiler.compile(module, x)) {
      assertThat(model.run(x).dtype()).isEqualTo(DType.FLOAT64);
      Nets.assertClose(model.run(x), Nets.outputs(module, x), 1e-14);
    }
  }

  @Test
  void theModuleKeepsItsModesAndItsGraphIsNotRecorded() {
    Dropout dropout = new Dropout(0.5, new Generator(7));
    Module module = new Sequential(linear(4, 3), dropout);
    dropout.eval();
    try (var _ = Autograd.noGrad();
        var model = Compiler.compile(module, Nets.inputs(Shape.of(4), 1))) {
      assertThat(model.layers()).hasSize(1);
    }
    assertThat(module.training()).isTrue();
    assertThat(dropout.training()).isFalse();
    assertThat(module.parameters()).allMatch(parameter -> parameter.grad() == null);
  }

  @Test
  void anOutputThatIgnoresTheInputIsRefused() {
    Linear raw = linear(4, 3);
    assertThatThrownBy(
            () ->
                Compiler.compile(
                    new Given(_ -> raw.weight().exp(), raw), Nets.inputs(Shape.of(4), 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not depend on the input");
  }

  @Test
  void layersWithoutACompiledStepAreRefusedByName() {
    var generator = new Generator(1);
    var attention = new MultiHeadAttention(8, 2, true, generator);
    Module sequence = new Sequential(linear(4, 8), new Sequential(attention), linear(8, 2));
    assertThatThrownBy(() -> Compiler.compile(sequence, Nets.inputs(Shape.of(5, 4), 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "compile: layer '1.0', MultiHeadAttention(8, 2 heads of 4, causal), attends",
            "no compiled step",
            "run the module itself");
    assertThatThrownBy(() -> Compiler.compile(attention, Nets.inputs(Shape.of(5, 8), 2)))
        .hasMessageContaining("MultiHeadAttention");
    Module words = new Sequential(new Embedding(10, 4, generator), new Flatten(), linear(12, 2));
    assertThatThrownBy(
            () -> Compiler.compile(words, Tensor.of(Shape.of(2, 3), 0L, 1L, 2L, 3L, 4L, 5L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("compile: layer '0', Embedding(10, 4), looks rows up");
  }

  @Test
  void maxoutUnitsCompile() {
    var generator = new Generator(1);
    Module module = new Sequential(new Maxout(4, 3, 2, generator), linear(3, 2));
    assertThat(layersOf(module, Shape.of(4))).hasSize(4);
  }
}
