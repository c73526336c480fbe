package dev.espalier.prune.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Concat;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.GlobalAvgPool2d;
import dev.espalier.nn.layer.LayerNorm;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.layer.Sigmoid;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Nets;
import dev.espalier.prune.compile.MemoryPlan.Buffer;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Activations between sparse products stay channel-major, and outputs stay the module's. */
class LayoutsTest {
  private static final double TOLERANCE = 1e-5;
  private static final Shape IMAGE = Shape.of(4, 6, 5);

  private static Linear linear(int in, int out) {
    return new Linear(in, out, new Generator(1));
  }

  private static Conv2d conv(int in, int out, int kernel) {
    return new Conv2d(in, out, kernel, ConvSpec.of(1, kernel / 2), new Generator(2));
  }

  private static Conv2d depthwise(int channels) {
    return new Conv2d(
        channels, channels, 3, ConvSpec.of(1, 1).withGroups(channels), new Generator(3));
  }

  /** Masks some of a layer's weight, of no channel all, so that it runs sparse. */
  private static <M extends Module> M sparse(M layer) {
    Parameter weight = layer.parameters().getFirst();
    weight.setMask(Mask.of(weight.shape(), i -> i % 11 != 0), MaskMode.HARD);
    return layer;
  }

  /** Compares outputs for several batches; the steps of the channel-major buffers for four rows. */
  private static List<String> channelMajor(Shape input, Module... layers) {
    Module module = Nets.disturbed(new Sequential(layers));
    try (var model = Compiler.compile(module, Nets.inputs(input, 2), FormatChoice.csr())) {
      for (int rows : new int[] {1, 4, 17}) {
        Tensor x = Nets.inputs(input, rows);
        Nets.assertClose(model.run(x), Nets.outputs(module, x), TOLERANCE);
      }
      assertThat(model.plan(1).buffers()).noneMatch(Buffer::channelMajor);
      return model.plan(4).buffers().stream()
          .filter(Buffer::channelMajor)
          .map(Buffer::steps)
          .toList();
    }
  }

  @Test
  void featuresBetweenSparseLinearLayersAreRows() {
    assertThat(
            channelMajor(
                Shape.of(6),
                sparse(linear(6, 7)),
                new Sigmoid(),
                sparse(linear(7, 5)),
                new ReLU(),
                sparse(linear(5, 3))))
        .containsExactly("linear 0.weight -> sigmoid", "linear 2.weight");
  }

  @Test
  void denseLinearLayersTakeEitherOrder() {
    assertThat(channelMajor(Shape.of(6), linear(6, 7), linear(7, 5), sparse(linear(5, 3))))
        .containsExactly("linear 1.weight");
  }

  @Test
  void clustersOfOneByOneConvolutionsIncludeWhatIsBetween() {
    assertThat(
            channelMajor(
                IMAGE,
                sparse(conv(4, 6, 1)),
                new Residual(new Sequential(depthwise(6), new ReLU(), sparse(conv(6, 6, 1))), null),
                new ReLU(),
                new MaxPool2d(2),
                new BatchNorm2d(6),
                new Concat(conv(6, 3, 1), sparse(conv(6, 5, 1))),
                new GlobalAvgPool2d(),
                new Flatten(),
                sparse(linear(8, 3))))
        .containsExactly(
            "conv2d 0.weight",
            "conv2d 1.body.0.weight",
            "conv2d 1.body.2.weight -> add + relu",
            "maxPool2d",
            "scale and shift",
            "conv2d 5.0.weight",
            "conv2d 5.1.weight",
            "concat",
            "globalAvgPool2d -> flatten");
  }

  @Test
  void spatialConvolutionsAndUnknownOperationsKeepTheOrderOfImages() {
    assertThat(channelMajor(IMAGE, conv(4, 6, 3), new ReLU(), conv(6, 5, 3), new Flatten()))
        .isEmpty();
    assertThat(
            channelMajor(
                IMAGE,
                sparse(conv(4, 6, 3)),
                new ReLU(),
                sparse(conv(6, 6, 1)),
                sparse(conv(6, 5, 1)),
                sparse(conv(5, 6, 3)),
                new Flatten(),
                linear(180, 2)))
        .as("what is copied otherwise weighs more than what is packed faster")
        .containsExactly("conv2d 2.weight");
    assertThat(
            channelMajor(
                Shape.of(6), linear(6, 8), new LayerNorm(8), linear(8, 8), sparse(linear(8, 2))))
        .containsExactly("linear 2.weight");
  }

  /** The small sparse layer at the end does not turn the large dense ones before it around. */
  @Test
  void aClusterLiesAsMostOfItsElementsWant() {
    assertThat(
            channelMajor(
                IMAGE,
                conv(4, 6, 3),
                new Residual(conv(6, 6, 3), null),
                new Residual(sparse(conv(6, 6, 1)), null),
                conv(6, 6, 3),
                new GlobalAvgPool2d(),
                new Flatten(),
                sparse(linear(6, 2))))
        .isEmpty();
  }

  @Test
  void mobileNetConvertsOnce() {
    Module module = Nets.disturbed(Models.create("mobilenet-v1-0.25", 10, new Generator(1)));
    for (Parameter weight : module.parameters()) {
      if (weight.shape().rank() == 4 && weight.dim(2) == 1) {
        sparseWeight(weight);
      }
    }
    Shape input = Shape.of(3, 32, 32);
    try (var model = Compiler.compile(module, Nets.inputs(input, 1), FormatChoice.csr())) {
      Tensor x = Nets.inputs(input, 4);
      Nets.assertClose(model.run(x), Nets.outputs(module, x), 1e-4);
      assertThat(model.plan(4).buffers())
          .filteredOn(buffer -> !buffer.channelMajor())
          .extracting(Buffer::steps)
          .containsExactly("conv2d 0.weight", "conv2d 3.weight");
    }
  }

  private static void sparseWeight(Parameter weight) {
    weight.setMask(Mask.of(weight.shape(), i -> i % 5 == 0), MaskMode.HARD);
  }
}
