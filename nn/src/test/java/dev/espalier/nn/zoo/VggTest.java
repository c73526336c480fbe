package dev.espalier.nn.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The full ImageNet model has 553 MB of weights, so it is counted from its shapes. */
class VggTest {
  private static final List<List<Integer>> NARROW =
      List.of(List.of(2, 2), List.of(4), List.of(4, 3));

  private static List<Shape> products(Module module) {
    return module.parameters().stream()
        .map(Parameter::shape)
        .filter(shape -> shape.rank() > 1)
        .toList();
  }

  /** Weights and one bias per output, which is how torchvision's vgg16 counts 138,357,544. */
  @Test
  void imageNetModelHasThePublishedNumberOfParameters() {
    long parameters =
        Vgg.IMAGE_NET.weights(1000).stream().mapToLong(w -> w.size() + w.dim(0)).sum();
    assertThat(parameters).isEqualTo(138_357_544);
  }

  /** The paper rounds to 1.5e7 parameters and 3.13e8 multiply-accumulates. */
  @Test
  void cifarModelHasThePublishedSize() {
    assertThat(Vgg.CIFAR.weights(10).stream().mapToLong(Shape::size).sum()).isEqualTo(14_977_728);
    Module model = Vgg.CIFAR.create(10, new Generator(1));
    assertThat(products(model)).isEqualTo(Vgg.CIFAR.weights(10));
    assertThat(ModelSummary.of(model, Shape.of(3, 32, 32)).macs()).isEqualTo(313_463_808);
  }

  @Test
  void aModelIsBuiltFromTheShapesThatAreCounted() {
    var narrow = new Vgg(NARROW, 16, List.of(6, 5), false);
    Module model = narrow.create(7, new Generator(1));
    assertThat(products(model))
        .isEqualTo(narrow.weights(7))
        .endsWith(Shape.of(6, 3 * 2 * 2), Shape.of(5, 6), Shape.of(7, 5));
    assertThat(model.parameters().stream().mapToLong(p -> p.tensor().size()).sum())
        .isEqualTo(narrow.weights(7).stream().mapToLong(w -> w.size() + w.dim(0)).sum());
  }

  @Test
  void imagesBecomeLogits() {
    for (boolean batchNorm : new boolean[] {false, true}) {
      Module model = new Vgg(NARROW, 16, List.of(6, 5), batchNorm).create(7, new Generator(1));
      Tensor images = Tensor.zeros(DType.FLOAT32, Shape.of(2, 3, 16, 16));
      try (var _ = Autograd.noGrad();
          var _ = model.evaluating()) {
        assertThat(model.forward(Variable.of(images)).shape()).isEqualTo(Shape.of(2, 7));
      }
    }
  }

  @Test
  void theOriginalDropsOutAndTheNormalisedOneDoesNot() {
    for (boolean batchNorm : new boolean[] {false, true}) {
      Module model = new Vgg(NARROW, 16, List.of(6, 5), batchNorm).create(7, new Generator(1));
      assertThat(
              model.namedModules().values().stream()
                  .map(Object::toString)
                  .filter(name -> name.startsWith("Dropout"))
                  .count())
          .isEqualTo(batchNorm ? 0 : 2);
    }
  }
}
