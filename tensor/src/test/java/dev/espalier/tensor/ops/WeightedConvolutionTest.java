package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Bsr;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.RandomSparse;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WeightedConvolutionTest {
  private static final WeightedConvolution DENSE = new WeightedConvolution(Crossover.of(List.of()));
  private static final WeightedConvolution SPARSE =
      new WeightedConvolution(always(new Granularity.Element(), "csr"));
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Crossover always(Granularity granularity, String kernel) {
    StringBuilder table = new StringBuilder("espalier-crossover 1\n");
    for (String family : List.of("pointwise", "convolution")) {
      for (String direction : List.of("forward", "grad-input", "grad-weight")) {
        table.append(
            "%s %s %s 0 0 %s 1\n".formatted(family, direction, granularity.name(), kernel));
      }
    }
    return Crossover.parse(table.toString(), "test");
  }

  private static Arguments of(Shape x, Shape w, ConvSpec spec) {
    return Arguments.of(x, w, spec);
  }

  static Stream<Arguments> geometries() {
    return Stream.of(
        of(Shape.of(1, 1, 1, 1), Shape.of(1, 1, 1, 1), ConvSpec.DEFAULT),
        of(Shape.of(3, 4, 5, 5), Shape.of(6, 4, 1, 1), ConvSpec.DEFAULT),
        of(Shape.of(1, 4, 8, 6), Shape.of(3, 4, 1, 1), ConvSpec.DEFAULT),
        of(Shape.of(1, 4, 5, 6), Shape.of(3, 4, 1, 1), ConvSpec.of(1, 1)),
        of(Shape.of(2, 3, 6, 7), Shape.of(4, 3, 1, 1), ConvSpec.of(2, 0)),
        of(Shape.of(2, 3, 7, 6), Shape.of(4, 3, 3, 3), ConvSpec.DEFAULT),
        of(Shape.of(2, 3, 7, 6), Shape.of(4, 3, 3, 3), ConvSpec.of(1, 1)),
        of(Shape.of(2, 3, 7, 6), Shape.of(4, 3, 3, 3), ConvSpec.of(2, 1)),
        of(Shape.of(2, 3, 8, 9), Shape.of(4, 3, 3, 3), ConvSpec.of(3, 1)),
        of(Shape.of(1, 2, 9, 9), Shape.of(3, 2, 5, 5), ConvSpec.of(1, 2)),
        of(Shape.of(2, 1, 1, 1), Shape.of(2, 1, 3, 3), ConvSpec.of(1, 1)),
        of(Shape.of(2, 2, 2, 1), Shape.of(2, 2, 3, 3), ConvSpec.of(1, 1)),
        of(Shape.of(2, 2, 1, 4), Shape.of(2, 2, 3, 1), new ConvSpec(1, 1, 1, 0, 1, 1, 1)),
        of(Shape.of(2, 2, 4, 4), Shape.of(2, 2, 2, 2), ConvSpec.of(1, 3)),
        of(Shape.of(2, 2, 9, 8), Shape.of(3, 2, 3, 2), new ConvSpec(2, 3, 2, 1, 2, 1, 1)),
        of(Shape.of(2, 2, 9, 8), Shape.of(3, 2, 3, 3), ConvSpec.of(1, 2).withDilation(2)),
        of(Shape.of(2, 4, 6, 6), Shape.of(6, 2, 3, 3), ConvSpec.of(1, 1).withGroups(2)),
        of(Shape.of(2, 4, 6, 6), Shape.of(4, 1, 3, 3), ConvSpec.of(2, 1).withGroups(4)));
  }

  @ParameterizedTest
  @MethodSource("geometries")
  void bothChoicesMatchTheReference(Shape input, Shape weight, ConvSpec spec) {
    for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
      for (double density : new double[] {0, 0.3, 1}) {
        Mask mask = RandomSparse.mask(weight, density, 1);
        Weight w = new Weight.Masked(mask.apply(RandomSparse.tensor(type, weight, 2)), mask);
        assertProducts(DENSE, w, mask, RandomSparse.tensor(type, input, 3), spec);
        assertProducts(SPARSE, w, mask, RandomSparse.tensor(type, input, 3), spec);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("geometries")
  void nmMatchesTheReference(Shape input, Shape weight, ConvSpec spec) {
    int columns = (int) (weight.size() / weight.dim(0));
    int rows = weight.dim(0) % 2 == 0 ? 2 : 1;
    var structure = new Granularity.NOfM((columns + 1) / 2, columns, rows);
    Tensor dense = RandomSparse.tensor(DType.FLOAT32, weight, 2);
    Mask mask = Mask.keepLargestPerGroup(dense, structure);
    Weight w = new Weight.Masked(mask.apply(dense), mask);
    Tensor x = RandomSparse.tensor(DType.FLOAT32, input, 3);
    assertProducts(new WeightedConvolution(always(structure, "nm")), w, mask, x, spec);
    var stored = new Weight.Sparse(SparseTensor.fromDense(w.dense(), mask).toNm(structure));
    assertProducts(DENSE, stored, mask, x, spec);
  }

  private static void assertProducts(
      WeightedConvolution convolution, Weight w, Mask mask, Tensor x, ConvSpec spec) {
    Tensor dense = w.dense();
    Shape output = Convolution.outShape("test", x.shape(), w.shape(), spec);
    Tensor dy = RandomSparse.tensor(x.dtype(), output, 4);
    Tensor bias = RandomSparse.tensor(x.dtype(), Shape.of(w.shape().dim(0)), 5);

    Tensor y = convolution.forward(x, w, bias, false, spec);
    assertThat(y.shape()).isEqualTo(output);
    SparseReference.conv2d(x, dense, bias, output, spec).assertMatches(y);

    Tensor dx = convolution.gradInput(dy, w, spec, x.shape());
    assertThat(dx.shape()).isEqualTo(x.shape());
    SparseReference.conv2dGradInput(dy, dense, x.shape(), spec).assertMatches(dx);

    var dw = SparseReference.conv2dGradWeight(x, dy, w.shape(), spec);
    if (w instanceof Weight.Masked) {
      dw.assertMatches(convolution.gradWeight(x, dy, w, spec, true));
    }
    for (int i = 0; i < mask.size(); i++) {
      dw.value()[i] = mask.get(i) ? dw.value()[i] : 0;
      dw.magnitude()[i] = mask.get(i) ? dw.magnitude()[i] : 0;
    }
    Tensor gradient = convolution.gradWeight(x, dy, w, spec, false);
    dw.assertMatches(
        w instanceof Weight.Sparse(var sparse) ? sparse.withValues(gradient).dense() : gradient);
  }

  private static Tensor channelMajor(Tensor x) {
    return x.transpose(0, 1).copy().transpose(0, 1);
  }

  @ParameterizedTest
  @MethodSource("geometries")
  void inputsAndOutputsMayBeChannelMajor(Shape input, Shape weight, ConvSpec spec) {
    Mask mask = RandomSparse.mask(weight, 0.5, 21);
    Weight w = new Weight.Masked(mask.apply(RandomSparse.tensor(DType.FLOAT32, weight, 22)), mask);
    Tensor x = RandomSparse.tensor(DType.FLOAT32, input, 23);
    Tensor bias = RandomSparse.tensor(DType.FLOAT32, Shape.of(weight.dim(0)), 24);
    Shape output = Convolution.outShape("test", input, weight, spec);
    var expected = SparseReference.conv2d(x, w.dense(), bias, output, spec);
    for (WeightedConvolution convolution : List.of(DENSE, SPARSE)) {
      for (Tensor in : List.of(x, channelMajor(x))) {
        Tensor out = Tensor.full(DType.FLOAT32, output, 7);
        for (Tensor y : List.of(out, channelMajor(out))) {
          assertThat(convolution.forward(in, w, bias, false, spec, y)).isSameAs(y);
          expected.assertMatches(y.copy());
        }
      }
    }
  }

  @Test
  void blocksOfAOneByOneConvolutionRunAsBlocks() {
    Shape shape = Shape.of(4, 6, 1, 1);
    Mask mask = RandomSparse.mask(shape, new Granularity.Block(2, 3), 0.5, 25);
    Tensor w = mask.apply(RandomSparse.tensor(DType.FLOAT32, shape, 26));
    Weight bsr = new Weight.Sparse(SparseTensor.fromDense(w, mask).toBsr(2, 3));
    Tensor bias = RandomSparse.tensor(DType.FLOAT32, Shape.of(4), 27);
    for (int images : new int[] {1, 3}) {
      Shape output = Shape.of(images, 4, 3, 5);
      Tensor x = RandomSparse.tensor(DType.FLOAT32, output.with(1, 6), 28);
      var expected = SparseReference.conv2d(x, w, bias, output, ConvSpec.DEFAULT);
      for (Tensor in : List.of(x, channelMajor(x))) {
        Tensor out = Tensor.empty(DType.FLOAT32, output);
        for (Tensor y : List.of(out, channelMajor(out))) {
          DENSE.forward(in, bsr, bias, false, ConvSpec.DEFAULT, y);
          expected.assertMatches(y.copy());
        }
      }
    }
  }

  @Test
  void otherStridesOfTheOutputAreRefused() {
    Weight w = new Weight.Dense(Tensor.full(DType.FLOAT32, Shape.of(2, 2, 1, 1), 1));
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(2, 2, 3, 4));
    Tensor turned = Tensor.zeros(DType.FLOAT32, Shape.of(2, 2, 4, 3)).transpose(2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DENSE.forward(x, w, null, false, ConvSpec.DEFAULT, turned))
        .withMessageContaining("conv2d: out must be contiguous or channel-major");
  }

  @Test
  void sparseWeightsOfEveryFormatRunSparse() {
    Shape shape = Shape.of(4, 2, 3, 3);
    Mask mask = RandomSparse.mask(shape, new Granularity.Block(2, 3), 0.5, 6);
    Tensor w = mask.apply(RandomSparse.tensor(DType.FLOAT32, shape, 7));
    Tensor x = RandomSparse.tensor(DType.FLOAT32, Shape.of(2, 2, 5, 5), 8);
    SparseTensor csr = SparseTensor.fromDense(w, mask);
    Bsr bsr = csr.toBsr(2, 3);
    for (SparseTensor format : List.of(csr, csr.toCoo(), bsr)) {
      assertProducts(DENSE, new Weight.Sparse(format), mask, x, ConvSpec.of(1, 1));
    }
    Tensor dy = Tensor.zeros(DType.FLOAT32, Shape.of(2, 4, 5, 5));
    assertThat(
            SparseOps.conv2dGradWeight(x, dy, new Weight.Sparse(bsr), ConvSpec.of(1, 1), false)
                .shape())
        .isEqualTo(bsr.values().shape());
  }

  @Test
  void blockMasksRunAsCsr() {
    Shape shape = Shape.of(4, 2, 3, 3);
    Mask mask = RandomSparse.mask(shape, new Granularity.Block(2, 3), 0.5, 9);
    Weight w = new Weight.Masked(mask.apply(RandomSparse.tensor(DType.FLOAT32, shape, 10)), mask);
    Crossover bsr =
        Crossover.parse("espalier-crossover 1\nconvolution forward block-2x3 0 0 bsr 1", "test");
    assertProducts(
        new WeightedConvolution(bsr),
        w,
        mask,
        RandomSparse.tensor(DType.FLOAT32, Shape.of(1, 2, 4, 4), 11),
        ConvSpec.of(1, 1));
  }

  @Test
  void reluClampsAfterTheBias() {
    Weight w =
        new Weight.Masked(Tensor.of(Shape.of(1, 1, 1, 1), 1f), Mask.ones(Shape.of(1, 1, 1, 1)));
    Tensor x = Tensor.of(Shape.of(1, 1, 1, 3), 1f, 2f, 4f);
    Tensor bias = Tensor.of(Shape.of(1), -3f);
    assertThat(SPARSE.forward(x, w, bias, true, ConvSpec.DEFAULT).toFloatArray())
        .containsExactly(0, 0, 1);
  }

  @Test
  void stridedInputsAndGradientsAreTaken() {
    Shape shape = Shape.of(3, 2, 3, 3);
    Mask mask = RandomSparse.mask(shape, 0.5, 12);
    Weight w = new Weight.Masked(mask.apply(RandomSparse.tensor(DType.FLOAT32, shape, 13)), mask);
    Tensor x = RandomSparse.tensor(DType.FLOAT32, Shape.of(2, 5, 4, 2), 14).permute(0, 3, 2, 1);
    ConvSpec spec = ConvSpec.of(1, 1);
    SparseReference.conv2d(x.copy(), w.dense(), null, Shape.of(2, 3, 4, 5), spec)
        .assertMatches(SPARSE.forward(x, w, null, false, spec));
    Tensor dy = RandomSparse.tensor(DType.FLOAT32, Shape.of(2, 4, 5, 3), 15).permute(0, 3, 1, 2);
    SparseReference.conv2dGradInput(dy.copy(), w.dense(), x.shape(), spec)
        .assertMatches(SPARSE.gradInput(dy, w, spec, x.shape()));
  }

  @Test
  void refusalsNameOperationAndShapes() {
    Weight w =
        new Weight.Masked(
            Tensor.zeros(DType.FLOAT32, Shape.of(2, 3, 3, 3)), Mask.zeros(Shape.of(2, 3, 3, 3)));
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(1, 2, 5, 5));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SPARSE.forward(x, w, null, false, ConvSpec.DEFAULT))
        .withMessageContaining("conv2d: input has 2 channels but weight expects 3");
    Weight sparse =
        new Weight.Sparse(
            SparseTensor.fromDense(Tensor.full(DType.FLOAT32, Shape.of(2, 2, 3, 3), 1)));
    Tensor dy = Tensor.zeros(DType.FLOAT32, Shape.of(1, 2, 3, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SPARSE.gradWeight(x, dy, sparse, ConvSpec.DEFAULT, true))
        .withMessageContaining("conv2dGradWeight: a sparse weight");
  }

  @Test
  void anEmptyBatchGivesEmptyResultsAndNoGradient() {
    Shape shape = Shape.of(2, 2, 3, 3);
    Weight w = new Weight.Sparse(SparseTensor.fromDense(Tensor.full(DType.FLOAT32, shape, 1)));
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(0, 2, 5, 5));
    Tensor dy = Tensor.zeros(DType.FLOAT32, Shape.of(0, 2, 3, 3));
    assertThat(SPARSE.forward(x, w, null, false, ConvSpec.DEFAULT).shape()).isEqualTo(dy.shape());
    assertThat(SPARSE.gradInput(dy, w, ConvSpec.DEFAULT, x.shape()).shape()).isEqualTo(x.shape());
    assertThat(SPARSE.gradWeight(x, dy, w, ConvSpec.DEFAULT, false).toDoubleArray())
        .hasSize(36)
        .containsOnly(0);
  }

  @Test
  void nothingButTheResultStaysAllocated() {
    Shape shape = Shape.of(3, 2, 3, 3);
    Mask mask = RandomSparse.mask(shape, 0.5, 17);
    Weight w = new Weight.Masked(mask.apply(RandomSparse.tensor(DType.FLOAT32, shape, 18)), mask);
    Tensor x = RandomSparse.tensor(DType.FLOAT32, Shape.of(2, 2, 5, 5), 19);
    Tensor dy = RandomSparse.tensor(DType.FLOAT32, Shape.of(2, 3, 5, 5), 20);
    ConvSpec spec = ConvSpec.of(1, 1);
    int before = Memory.stats().liveStorages();
    SPARSE.forward(x, w, null, false, spec).close();
    SPARSE.gradInput(dy, w, spec, x.shape()).close();
    SPARSE.gradWeight(x, dy, w, spec, false).close();
    assertThat(Memory.stats().liveStorages()).isLessThanOrEqualTo(before);
  }
}
