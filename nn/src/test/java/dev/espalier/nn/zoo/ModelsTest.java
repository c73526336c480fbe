package dev.espalier.nn.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts are those of the literature, or of the definition where it is this project's own. */
class ModelsTest {
  private static Module model(String name) {
    return Models.create(name, 10, new Generator(1));
  }

  private static long elements(Module model, int rank) {
    return model.parameters().stream()
        .filter(p -> p.shape().rank() == rank)
        .mapToLong(p -> p.tensor().size())
        .sum();
  }

  @ParameterizedTest
  @CsvSource({
    "lenet-300-100, 266610",
    "lenet-5, 431080",
    "lenet-5-relu, 431080",
    "maxout-100, 315010",
    "lenet-5-maxout, 427330",
    "resnet-20, 272474",
    "vgg-16-bn, 14987210"
  })
  void parameters(String name, long parameters) {
    assertThat(model(name).parameters().stream().mapToLong(p -> p.tensor().size()).sum())
        .isEqualTo(parameters);
  }

  @ParameterizedTest
  @CsvSource({
    "lenet-300-100, 266200",
    "lenet-5, 430500",
    "lenet-5-relu, 430500",
    "conv-2, 4300992",
    "conv-4, 2425024",
    "conv-6, 2261184"
  })
  void weightsWithoutBiases(String name, long weights) {
    Module model = model(name);
    assertThat(elements(model, 2) + elements(model, 4)).isEqualTo(weights);
  }

  @ParameterizedTest
  @CsvSource({"vgg-tiny, 71856", "resnet-8, 76720", "resnet-20, 270256"})
  void convolutionWeights(String name, long weights) {
    assertThat(elements(model(name), 4)).isEqualTo(weights);
  }

  @ParameterizedTest
  @CsvSource({
    "lenet-300-100, 266200",
    "lenet-5, 2293000",
    "lenet-5-relu, 2293000",
    "vgg-tiny, 9880192",
    "resnet-8, 12501632",
    "resnet-20, 40813184"
  })
  void multiplyAccumulates(String name, long macs) {
    assertThat(ModelSummary.of(model(name), Models.entry(name).input()).macs()).isEqualTo(macs);
  }

  @Test
  void lenet5HasNoActivationAfterItsConvolutionsUnlessAsked() {
    Shape input = Models.entry("lenet-5").input();
    assertThat(activations(ModelSummary.of(model("lenet-5"), input))).isEqualTo(1);
    assertThat(activations(ModelSummary.of(model("lenet-5-relu"), input))).isEqualTo(3);
  }

  private static long activations(ModelSummary summary) {
    return summary.rows().stream().filter(row -> row.type().equals("Relu")).count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet-300-100", "lenet-5", "conv-2", "vgg-tiny", "resnet-8"})
  void logitsHaveOneColumnPerClass(String name) {
    Module model = Models.create(name, 7, new Generator(1)).eval();
    Shape input = Models.entry(name).input();
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(2, input.dim(0), input.dim(1), input.dim(2)));
    try (var _ = Autograd.noGrad()) {
      assertThat(model.forward(Variable.of(x)).shape()).isEqualTo(Shape.of(2, 7));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet-300-100", "vgg-tiny", "resnet-8"})
  void weightsStartHeNormalAndBiasesZero(String name) {
    Map<String, Parameter> parameters = model(name).namedParameters();
    parameters.forEach(
        (path, parameter) -> {
          float[] values = parameter.tensor().toFloatArray();
          if (parameter.shape().rank() == 1) {
            float expected = path.endsWith(".bias") ? 0 : 1;
            assertThat(values).as(path).containsOnly(expected);
            return;
          }
          double squares = 0;
          for (float value : values) {
            squares += (double) value * value;
          }
          double variance = 2.0 * parameter.dim(0) / parameter.tensor().size();
          // The relative standard error of a variance of n normal values is sqrt(2 / n).
          double error = 5 * Math.sqrt(2.0 / values.length);
          assertThat(squares / values.length / variance).as(path).isBetween(1 - error, 1 + error);
        });
  }

  @Test
  void equalGeneratorsGiveEqualModels() {
    Map<String, Tensor> one = model("resnet-8").stateDict();
    Map<String, Tensor> two = model("resnet-8").stateDict();
    Map<String, Tensor> other = Models.create("resnet-8", 10, new Generator(2)).stateDict();
    one.forEach(
        (name, tensor) ->
            assertThat(two.get(name).toDoubleArray()).isEqualTo(tensor.toDoubleArray()));
    assertThat(other.get("0.weight").toFloatArray())
        .isNotEqualTo(one.get("0.weight").toFloatArray());
  }

  @Test
  void shortcutsAreProjectionsOnlyWhereTheShapeChanges() {
    assertThat(model("resnet-20").namedModules().keySet())
        .filteredOn(name -> name.endsWith("shortcut"))
        .hasSize(2);
    assertThat(model("resnet-8").namedModules().values())
        .filteredOn(BatchNorm2d.class::isInstance)
        .hasSize(9);
  }

  @Test
  void unknownNamesAreRefusedWithTheNearestKnownOnes() {
    assertThatThrownBy(() -> Models.create("lenet-6", 10, new Generator(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'lenet-6'")
        .hasMessageContaining("did you mean 'lenet-5'? Known are lenet-5, ")
        .hasMessageContaining(" others");
  }
}
