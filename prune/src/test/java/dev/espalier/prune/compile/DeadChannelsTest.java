package dev.espalier.prune.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.AvgPool2d;
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
import dev.espalier.prune.Nets;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Channels that nobody needs go, and the outputs stay. */
class DeadChannelsTest {
  private static final double TOLERANCE = 1e-5;
  private static final Shape IMAGE = Shape.of(2, 6, 6);

  private static Conv2d conv(int in, int out, int kernel, int padding) {
    return new Conv2d(in, out, kernel, ConvSpec.of(1, padding), new Generator(1));
  }

  private static Linear linear(int in, int out) {
    return new Linear(in, out, new Generator(2));
  }

  /** Zeroes the rows of a weight that make an output. */
  private static <M extends Module> M withoutRows(M layer, int... rows) {
    Parameter weight = layer.parameters().getFirst();
    for (int row : rows) {
      weight.tensor().narrow(0, row, 1).fill(0);
    }
    return layer;
  }

  /** Zeroes the slices of a weight that read an input. */
  private static <M extends Module> M withoutColumns(M layer, int... columns) {
    Parameter weight = layer.parameters().getFirst();
    for (int column : columns) {
      weight.tensor().narrow(1, column, 1).fill(0);
    }
    return layer;
  }

  /** Compiles, compares the outputs, and returns the weights' shapes and the notes. */
  private static CompiledSummary compiled(Shape input, Module... layers) {
    Module module = layers.length == 1 ? layers[0] : new Sequential(layers);
    Tensor batch = Nets.inputs(input, 3);
    try (CompiledModel model =
        Compiler.compile(module, Nets.inputs(input, 2), FormatChoice.dense())) {
      Nets.assertClose(model.run(batch), Nets.outputs(module, batch), TOLERANCE);
      return model.summary();
    }
  }

  private static List<Shape> weights(CompiledSummary summary) {
    return summary.rows().stream()
        .flatMap(row -> row.weight().stream())
        .map(w -> w.shape())
        .toList();
  }

  @Test
  void neuronsThatNobodyReadsAreDropped() {
    var summary = compiled(Shape.of(5), linear(5, 4), new ReLU(), withoutColumns(linear(4, 3), 1));
    assertThat(weights(summary)).containsExactly(Shape.of(3, 5), Shape.of(3, 3));
    assertThat(summary.notes())
        .containsExactly(
            "linear 0.weight: 1 of 4 outputs and 0 of 5 inputs dropped",
            "linear 2.weight: 0 of 3 outputs and 1 of 4 inputs dropped");
  }

  @Test
  void neuronsWithoutInputsFoldIntoTheNextBias() {
    Linear first = withoutRows(linear(5, 4), 0, 2);
    first.bias().tensor().set(3, 0);
    first.bias().tensor().set(-3, 2);
    var summary = compiled(Shape.of(5), first, new ReLU(), linear(4, 3));
    assertThat(weights(summary)).containsExactly(Shape.of(2, 5), Shape.of(3, 2));
  }

  @Test
  void constantsFoldThroughEveryChannelwiseStep() {
    Conv2d first = withoutRows(conv(2, 4, 3, 1), 1);
    first.bias().tensor().set(2, 1);
    var summary =
        compiled(
            IMAGE,
            Nets.disturbed(
                new Sequential(
                    first,
                    new Sigmoid(),
                    new MaxPool2d(2),
                    new BatchNorm2d(4),
                    new AvgPool2d(2),
                    conv(4, 3, 1, 0),
                    new GlobalAvgPool2d(),
                    new Flatten(),
                    linear(3, 2))));
    assertThat(weights(summary))
        .containsExactly(Shape.of(3, 2, 3, 3), Shape.of(3, 3, 1, 1), Shape.of(2, 3));
  }

  @Test
  void aConstantBeforePaddingStaysUnlessItIsZero() {
    Conv2d first = withoutRows(conv(2, 4, 3, 1), 0, 3);
    first.bias().tensor().set(0.5, 0);
    first.bias().tensor().set(-0.5, 3);
    var summary = compiled(IMAGE, first, new ReLU(), conv(4, 3, 3, 1));
    assertThat(weights(summary)).containsExactly(Shape.of(3, 2, 3, 3), Shape.of(3, 3, 3, 3));
    assertThat(summary.notes())
        .contains(
            "conv2d 2.weight: 1 constant inputs stay, since padding makes their effect differ at"
                + " the border");
  }

  @Test
  void aConstantBeforeAConvolutionWithoutPaddingFolds() {
    Conv2d first = withoutRows(conv(2, 4, 3, 1), 0);
    first.bias().tensor().set(0.5, 0);
    assertThat(weights(compiled(IMAGE, first, conv(4, 3, 3, 0))))
        .containsExactly(Shape.of(3, 2, 3, 3), Shape.of(3, 3, 3, 3));
  }

  @Test
  void averagesOverPaddingAreNoConstants() {
    Conv2d first = withoutRows(conv(2, 4, 3, 1), 0);
    first.bias().tensor().set(0.5, 0);
    var padded = new PoolSpec(2, 2, 2, 2, 1, 1);
    var pool = new Given(x -> F.avgPool2d(x, padded));
    assertThat(weights(compiled(IMAGE, first, pool, conv(4, 3, 1, 0))))
        .containsExactly(Shape.of(4, 2, 3, 3), Shape.of(3, 4, 1, 1));
  }

  @Test
  void deathSpreadsBackThroughLayers() {
    var summary =
        compiled(
            Shape.of(5),
            linear(5, 4),
            withoutRows(withoutColumns(linear(4, 4), 2), 1),
            withoutColumns(linear(4, 4), 1, 3),
            withoutColumns(linear(4, 2), 0));
    assertThat(weights(summary))
        .containsExactly(Shape.of(3, 5), Shape.of(2, 3), Shape.of(3, 2), Shape.of(2, 3));
  }

  @Test
  void channelsTiedByAnAdditionGoTogetherOrNotAtAll() {
    Conv2d body = conv(4, 4, 3, 1);
    var reader = withoutColumns(conv(4, 2, 1, 0), 3);
    assertThat(weights(compiled(IMAGE, conv(2, 4, 1, 0), new Residual(body, null), reader)))
        .as("the body still reads channel 3")
        .containsExactly(Shape.of(4, 2, 1, 1), Shape.of(4, 4, 3, 3), Shape.of(2, 4, 1, 1));
    withoutColumns(body, 3);
    assertThat(weights(compiled(IMAGE, conv(2, 4, 1, 0), new Residual(body, null), reader)))
        .containsExactly(Shape.of(3, 2, 1, 1), Shape.of(3, 3, 3, 3), Shape.of(2, 3, 1, 1));
  }

  @Test
  void concatenatedChannelsAreDroppedWhereTheyAreMade() {
    var summary =
        compiled(
            IMAGE,
            new Concat(conv(2, 3, 1, 0), conv(2, 2, 1, 0)),
            new Flatten(),
            withoutColumns(linear(5 * 36, 2), range(36, 72, 144, 180)));
    assertThat(weights(summary))
        .containsExactly(Shape.of(2, 2, 1, 1), Shape.of(1, 2, 1, 1), Shape.of(2, 3 * 36));
  }

  private static int[] range(int from, int to, int from2, int to2) {
    return java.util.stream.IntStream.concat(
            java.util.stream.IntStream.range(from, to),
            java.util.stream.IntStream.range(from2, to2))
        .toArray();
  }

  @Test
  void depthwiseConvolutionsLoseWholeChannels() {
    var depthwise = new Conv2d(4, 4, 3, ConvSpec.of(1, 1).withGroups(4), new Generator(3));
    var summary =
        compiled(IMAGE, conv(2, 4, 1, 0), depthwise, withoutColumns(conv(4, 2, 1, 0), 0, 2));
    assertThat(weights(summary))
        .containsExactly(Shape.of(2, 2, 1, 1), Shape.of(2, 1, 3, 3), Shape.of(2, 2, 1, 1));
    withoutRows(depthwise, 1);
    assertThat(
            weights(
                compiled(
                    IMAGE, conv(2, 4, 1, 0), depthwise, withoutColumns(conv(4, 2, 1, 0), 0, 2))))
        .as("a depthwise filter of zeros is a constant as well")
        .containsExactly(Shape.of(1, 2, 1, 1), Shape.of(1, 1, 3, 3), Shape.of(2, 1, 1, 1));
  }

  @Test
  void groupedConvolutionsAndUnknownOperationsKeepTheirChannels() {
    var grouped = new Conv2d(4, 4, 1, ConvSpec.DEFAULT.withGroups(2), new Generator(3));
    assertThat(
            weights(
                compiled(IMAGE, conv(2, 4, 1, 0), grouped, withoutColumns(conv(4, 2, 1, 0), 0, 2))))
        .containsExactly(Shape.of(4, 2, 1, 1), Shape.of(4, 2, 1, 1), Shape.of(2, 4, 1, 1));
    assertThat(
            weights(
                compiled(
                    Shape.of(5), linear(5, 4), new LayerNorm(4), withoutColumns(linear(4, 3), 1))))
        .containsExactly(Shape.of(4, 5), Shape.of(3, 4));
  }

  @Test
  void theOutputKeepsItsChannelsAndALayerAtLeastOne() {
    assertThat(weights(compiled(Shape.of(5), withoutRows(linear(5, 4), 1))))
        .containsExactly(Shape.of(4, 5));
    Linear last = linear(4, 3);
    last.weight().tensor().fill(0);
    assertThat(weights(compiled(Shape.of(5), linear(5, 4), last)))
        .containsExactly(Shape.of(1, 5), Shape.of(3, 1));
  }

  @Test
  void aLinearLayerOverTokensIsLeftAlone() {
    assertThat(weights(compiled(Shape.of(3, 5), linear(5, 4), withoutColumns(linear(4, 2), 0))))
        .containsExactly(Shape.of(4, 5), Shape.of(2, 4));
  }

  private static final class Given extends Module {
    private final UnaryOperator<Variable> function;

    Given(UnaryOperator<Variable> function) {
      this.function = function;
    }

    @Override
    public Variable forward(Variable x) {
      return function.apply(x);
    }
  }
}
