package dev.espalier.prune.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.Nets;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Weights pruned in blocks or N:M run as such, from the mask to the outputs. */
class BlockFormatTest {
  private static final Granularity BLOCK = new Granularity.Block(4, 2);
  private static final Shape IMAGE = Shape.of(8, 5, 3);

  private static Linear linear(int in, int out) {
    return new Linear(in, out, new Generator(1));
  }

  private static Conv2d conv(int in, int out, int kernel) {
    return new Conv2d(in, out, kernel, ConvSpec.of(1, kernel / 2), new Generator(2));
  }

  /**
   * Keeps the largest of each N:M group, or of other groups every third, but at least one of each
   * row of groups.
   */
  private static <M extends Module> M pruned(M layer, Granularity granularity) {
    Parameter weight = layer.parameters().getFirst();
    if (granularity instanceof Granularity.NOfM structure) {
      weight.setMask(Mask.keepLargestPerGroup(weight.tensor(), structure), MaskMode.HARD);
      return layer;
    }
    boolean[] groups = new boolean[(int) granularity.groupCount(weight.shape())];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = i % 3 != 1;
    }
    weight.setMask(Mask.fromGroups(weight.shape(), granularity, groups), MaskMode.HARD);
    return layer;
  }

  private static List<String> formats(Shape input, FormatChoice choice, Module module) {
    try (var model = Compiler.compile(module, Nets.inputs(input, 2), choice)) {
      for (int rows : new int[] {1, 3, 40}) {
        Tensor x = Nets.inputs(input, rows);
        Nets.assertClose(model.run(x), Nets.outputs(module, x), 1e-5);
      }
      return model.summary().rows().stream()
          .flatMap(row -> row.weight().stream())
          .map(CompiledSummary.Weight::format)
          .toList();
    }
  }

  @Test
  void linearLayersAndOneByOneConvolutionsRunAsBlocks() {
    Module perceptron =
        new Sequential(
            pruned(linear(6, 8), BLOCK),
            new ReLU(),
            pruned(linear(8, 8), new Granularity.ColumnVector(4)),
            pruned(linear(8, 4), new Granularity.RowVector(2)));
    assertThat(formats(Shape.of(6), FormatChoice.sparse(), perceptron))
        .containsExactly("bsr block-4x2", "bsr column-vector-4", "bsr row-vector-2");
    Module convolutional =
        Nets.disturbed(
            new Sequential(
                pruned(conv(8, 8, 1), BLOCK),
                new BatchNorm2d(8),
                new ReLU(),
                pruned(conv(8, 4, 1), new Granularity.ColumnVector(2))));
    assertThat(formats(IMAGE, FormatChoice.sparse(), convolutional))
        .containsExactly("bsr block-4x2", "bsr column-vector-2");
  }

  @Test
  void spatialConvolutionsRunAsBlocksUnlessTheyAreGrouped() {
    var rows = new Granularity.Block(4, 9);
    assertThat(formats(IMAGE, FormatChoice.sparse(), pruned(conv(8, 8, 3), rows)))
        .containsExactly("bsr block-4x9");
    var grouped = new Conv2d(8, 8, 3, ConvSpec.of(1, 1).withGroups(2), new Generator(2));
    assertThat(formats(IMAGE, FormatChoice.sparse(), pruned(grouped, rows))).containsExactly("csr");
  }

  @Test
  void layersRunAsNm() {
    var own = new Granularity.NOfM(2, 4);
    var shared = new Granularity.NOfM(2, 4, 2);
    Module perceptron =
        new Sequential(pruned(linear(8, 8), own), new ReLU(), pruned(linear(8, 16), shared));
    assertThat(formats(Shape.of(8), FormatChoice.sparse(), perceptron))
        .containsExactly("nm 2:4", "nm 2:4x2");
    Module convolutional =
        new Sequential(pruned(conv(8, 8, 3), own), new ReLU(), pruned(conv(8, 16, 1), shared));
    assertThat(formats(IMAGE, FormatChoice.sparse(), convolutional))
        .containsExactly("nm 2:4", "nm 2:4x2");
    var grouped = new Conv2d(8, 8, 3, ConvSpec.of(1, 1).withGroups(2), new Generator(2));
    assertThat(formats(IMAGE, FormatChoice.sparse(), pruned(grouped, own))).containsExactly("csr");
    Crossover table =
        Crossover.parse("espalier-crossover 1\nlinear inference 2:4 10 0 nm 0.5", "test");
    assertThat(formats(Shape.of(8), FormatChoice.byTable(table), pruned(linear(8, 8), own)))
        .containsExactly("nm 2:4 or dense by batch size");
  }

  @Test
  void nmOfWhichMuchMoreIsZeroBecomesCsr() {
    Linear layer = pruned(linear(8, 8), new Granularity.NOfM(2, 4));
    float[] values = layer.weight().tensor().toFloatArray();
    for (int i = 0; i < values.length / 2; i++) {
      values[i] = 0;
    }
    layer.weight().tensor().copyFrom(Tensor.of(Shape.of(8, 8), values));
    assertThat(formats(Shape.of(8), FormatChoice.sparse(), layer)).containsExactly("csr");
  }

  @Test
  void theTableChoosesByGranularity() {
    Crossover table =
        Crossover.parse(
            """
            espalier-crossover 1
            linear inference element 0 0 csr 1
            linear inference block-4x2 10 0 bsr 1
            linear inference block-4x2 0 0 bsr 0
            """,
            "test");
    Module module =
        new Sequential(
            pruned(linear(6, 8), BLOCK), pruned(linear(8, 4), new Granularity.Element()));
    assertThat(formats(Shape.of(6), FormatChoice.byTable(table), module))
        .containsExactly("bsr block-4x2 or dense by batch size", "csr");
    try (var model =
        Compiler.compile(module, Nets.inputs(Shape.of(6), 2), FormatChoice.byTable(table))) {
      assertThat(model.summary().rows().getFirst().weight().orElseThrow().reasons())
          .containsExactly(
              "from 1 columns dense: linear inference block-4x2 columns >= 0 weights >= 0, density"
                  + " above 0.0",
              "from 16 columns bsr: linear inference block-4x2 columns >= 10 weights >= 0, density"
                  + " up to 1.0");
    }
  }

  @Test
  void wholeBlocksThatGoLeaveBlocks() {
    Linear first = linear(6, 8);
    pruned(first, BLOCK);
    Linear second = linear(8, 4);
    boolean[] columns = {true, false, true, true};
    second.weight().setMask(Mask.fromGroups(Shape.of(4, 8), BLOCK, columns), MaskMode.HARD);
    try (var model =
        Compiler.compile(
            new Sequential(first, second), Nets.inputs(Shape.of(6), 1), FormatChoice.sparse())) {
      assertThat(model.summary().rows())
          .extracting(row -> row.weight().orElseThrow().shape())
          .containsExactly(Shape.of(6, 6), Shape.of(4, 6));
      assertThat(model.layers())
          .as("six rows are no blocks of four, and six full columns are dense")
          .containsExactly(
              "linear 0.weight: csr, density 0.667", "linear 1.weight: dense, density 1.000");
    }
  }

  @Test
  void blocksThatBrokeUpBecomeCsr() {
    Linear layer = pruned(linear(6, 8), BLOCK);
    float[] values = layer.weight().tensor().toFloatArray();
    for (int i = 0; i < values.length; i += 3) {
      values[i] = 0;
    }
    layer.weight().tensor().copyFrom(Tensor.of(Shape.of(8, 6), values));
    assertThat(formats(Shape.of(6), FormatChoice.sparse(), layer)).containsExactly("csr");
  }

  @Test
  void aWeightWithoutAnyBlockLeavesItsBias() {
    Linear layer = linear(6, 8);
    layer.weight().setMask(Mask.fromGroups(Shape.of(8, 6), BLOCK, new boolean[6]), MaskMode.HARD);
    assertThat(formats(Shape.of(6), FormatChoice.sparse(), layer)).containsExactly("bsr block-4x2");
  }

  @Test
  void blocksAreRefusedWhereThereAreNone() {
    Linear layer = pruned(linear(6, 8), new Granularity.Element());
    FormatChoice blocks =
        _ -> new Crossover.Decision(Crossover.Kernel.BSR, "bsr: because the test says so");
    assertThatThrownBy(() -> Compiler.compile(layer, Nets.inputs(Shape.of(6), 1), blocks))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("format choice: bsr", "[8, 6]", "by element", "choose csr");
  }

  @Test
  void theSummaryIsATable() {
    Module module = new Sequential(pruned(linear(6, 8), BLOCK), new ReLU(), linear(8, 2));
    try (var model = Compiler.compile(module, Nets.inputs(Shape.of(6), 1), FormatChoice.sparse())) {
      List<String> lines = Arrays.stream(model.summary().toString().split("\\R")).toList();
      assertThat(lines).hasSize(3);
      assertThat(lines.get(0).split(" +"))
          .containsExactly("operation", "weight", "shape", "density", "kernels", "format");
      assertThat(lines.get(1))
          .contains("linear + relu", "0.weight", "[8, 6]", "0.667", "linear", "bsr block-4x2");
    }
  }
}
