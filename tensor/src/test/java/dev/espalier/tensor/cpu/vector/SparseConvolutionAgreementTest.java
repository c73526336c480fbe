package dev.espalier.tensor.cpu.vector;

import static dev.espalier.tensor.cpu.vector.Agreement.check;
import static dev.espalier.tensor.cpu.vector.Agreement.empty;
import static dev.espalier.tensor.cpu.vector.Agreement.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparsePattern;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The three products of a sparse convolution, where maps, strides and panels do not fit. */
class SparseConvolutionAgreementTest {
  private static final double TOLERANCE = 1e-5;

  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static CsrPattern pattern(int rows, int columns, double density) {
    var random = new SplittableRandom(rows * 31L + columns);
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * columns];
    int nnz = 0;
    for (int row = 0; row < rows; row++) {
      double chance = row % 7 == 3 ? 0 : row % 11 == 5 ? 1 : density;
      for (int column = 0; column < columns; column++) {
        if (random.nextDouble() < chance) {
          indices[nnz++] = column;
        }
      }
      offsets[row + 1] = nnz;
    }
    return CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, nnz));
  }

  private static void agrees(SparsePattern pattern, Shape weight, Shape input, ConvSpec spec) {
    int outHeight = spec.outHeight(input.dim(2), weight.dim(2));
    int outWidth = spec.outWidth(input.dim(3), weight.dim(3));
    check(
        TOLERANCE,
        backend -> {
          Tensor values = random(1, pattern.valuesShape().toArray());
          Tensor x = random(2, input.toArray());
          Tensor dy = random(3, input.dim(0), weight.dim(0), outHeight, outWidth);
          Tensor bias = random(4, weight.dim(0));
          Tensor y = empty(dy.shape().toArray());
          Tensor plain = empty(dy.shape().toArray());
          Tensor dx = empty(input.toArray());
          Tensor dvalues = empty(pattern.valuesShape().toArray());
          backend.sparseConv2d(pattern, values, weight, x, bias, true, spec, y);
          backend.sparseConv2d(pattern, values, weight, x, null, false, spec, plain);
          backend.sparseConv2dGradInput(pattern, values, weight, dy, spec, dx);
          backend.sparseConv2dGradWeight(pattern, weight, x, dy, spec, dvalues);
          return new Tensor[] {y, plain, dx, dvalues};
        });
  }

  @ParameterizedTest
  @CsvSource({
    // batch, channels, size, outputs, kernel, stride, padding
    "1, 5, 1, 3, 1, 1, 0",
    "1, 3, 2, 9, 3, 1, 1",
    "3, 17, 7, 20, 3, 1, 1",
    "2, 64, 14, 32, 3, 1, 1",
    "1, 9, 56, 12, 3, 1, 1",
    "1, 20, 23, 13, 5, 1, 2",
    "2, 16, 37, 11, 3, 1, 2",
    "2, 7, 13, 64, 5, 1, 0",
    "1, 3, 5, 4, 3, 1, 2",
    "1, 4, 6, 9, 1, 1, 1",
    "3, 16, 32, 16, 3, 1, 1",
    "2, 3, 29, 8, 7, 2, 3",
    "2, 24, 15, 16, 3, 2, 1",
    "1, 6, 11, 7, 3, 3, 0",
    "2, 300, 9, 40, 1, 1, 0",
    "3, 12, 8, 10, 1, 2, 0",
    "70, 40, 4, 600, 3, 1, 1",
    // so many pixels that weight gradients are summed in parts
    "7, 3, 37, 8, 3, 1, 1",
    "9, 3, 61, 8, 3, 2, 1",
    "9, 3, 31, 120, 3, 1, 1",
  })
  void productsAgree(
      int batch, int channels, int size, int outputs, int kernel, int stride, int padding) {
    agrees(
        pattern(outputs, channels * kernel * kernel, 0.15),
        Shape.of(outputs, channels, kernel, kernel),
        Shape.of(batch, channels, size, size),
        ConvSpec.of(stride, padding));
  }

  @Test
  void groupsAndDilationAgree() {
    agrees(
        pattern(12, 5 * 9, 0.3),
        Shape.of(12, 5, 3, 3),
        Shape.of(2, 15, 13, 10),
        ConvSpec.of(1, 2).withGroups(3).withDilation(2));
  }

  @Test
  void oblongKernelsAndStridesAgree() {
    agrees(
        pattern(10, 4 * 6, 0.4),
        Shape.of(10, 4, 2, 3),
        Shape.of(2, 4, 12, 19),
        new ConvSpec(2, 1, 0, 2, 1, 2, 1));
  }

  @ParameterizedTest
  @CsvSource({"4, 1", "2, 1", "3, 9", "1, 4", "8, 4"})
  void blocksAgree(int height, int width) {
    var blocks = new BsrPattern(pattern(6, 36, 0.3), height, width);
    agrees(
        blocks,
        Shape.of(6 * height, 4 * width, 3, 3),
        Shape.of(2, 4 * width, 9, 11),
        ConvSpec.of(1, 1));
  }

  @ParameterizedTest
  @CsvSource({"2, 3", "4, 9", "3, 4", "12, 1"})
  void blocksInGroupsAgree(int height, int width) {
    Shape weight = Shape.of(24, 4, 3, 3);
    agrees(
        new BsrPattern(pattern(24 / height, 36 / width, 0.4), height, width),
        weight,
        Shape.of(2, 12, 9, 11),
        ConvSpec.of(1, 1).withGroups(3));
  }

  @ParameterizedTest
  @CsvSource({
    // n, m, rows, groups, stride
    "2, 4, 1, 1, 1",
    "2, 4, 2, 1, 2",
    "2, 4, 4, 1, 1",
    "1, 4, 4, 1, 2",
    "4, 8, 4, 1, 1",
    "2, 4, 4, 2, 1",
    "2, 4, 1, 2, 2",
    "2, 4, 8, 2, 1", // a pattern across two groups of the convolution
  })
  void nmAgrees(int n, int m, int rows, int groups, int stride) {
    var structure = new Granularity.NOfM(n, m, rows);
    Shape weight = Shape.of(24, 8, 3, 3);
    Mask mask = Mask.keepLargestPerGroup(random(5, weight.toArray()), structure);
    agrees(
        mask.nm(structure),
        weight,
        Shape.of(2, 8 * groups, 9, 11),
        ConvSpec.of(stride, 1).withGroups(groups));
  }

  /** Packed rows end in the middle of vectors; what an earlier product left there is not added. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void weightGradientsAgreeAfterInfiniteOperands(int kernel) {
    CsrPattern pattern = pattern(20, 64 * kernel * kernel, 0.2);
    Shape weight = Shape.of(20, 64, kernel, kernel);
    ConvSpec spec = ConvSpec.of(1, kernel / 2);
    check(
        TOLERANCE,
        backend -> {
          Tensor infinite =
              Tensor.full(DType.FLOAT32, Shape.of(1, 64, 16, 16), Float.POSITIVE_INFINITY);
          backend.sparseConv2d(
              pattern,
              random(1, pattern.nnz()),
              weight,
              infinite,
              null,
              false,
              spec,
              empty(1, 20, 16, 16));
          Tensor dvalues = empty(pattern.nnz());
          Tensor x = random(2, 3, 64, 7, 7);
          backend.sparseConv2dGradWeight(pattern, weight, x, random(3, 3, 20, 7, 7), spec, dvalues);
          return new Tensor[] {dvalues};
        });
  }

  @Test
  void aWeightWithoutEntriesGivesTheBias() {
    CsrPattern none = CsrPattern.of(2, 9, new int[3], new int[0]);
    Tensor out = empty(1, 2, 3, 3);
    new VectorBackend()
        .sparseConv2d(
            none,
            empty(0),
            Shape.of(2, 1, 3, 3),
            random(1, 1, 1, 3, 3),
            Tensor.of(Shape.of(2), 1f, -2f),
            false,
            ConvSpec.of(1, 1),
            out);
    assertThat(out.toDoubleArray()).startsWith(1, 1, 1).endsWith(-2, -2, -2);
  }

  @Test
  void whatNoEntryReadsDoesNotCountEvenIfItIsInfinite() {
    CsrPattern middle = CsrPattern.of(1, 9, new int[] {0, 1}, new int[] {4});
    Tensor x = Tensor.of(Shape.of(1, 1, 1, 3), Float.POSITIVE_INFINITY, 2f, Float.NaN);
    Tensor out = empty(1, 1, 1, 3);
    new VectorBackend()
        .sparseConv2d(
            middle,
            Tensor.of(Shape.of(1), 3f),
            Shape.of(1, 1, 3, 3),
            x,
            null,
            false,
            ConvSpec.of(1, 1),
            out);
    assertThat(out.toDoubleArray()).containsExactly(Double.POSITIVE_INFINITY, 6, Double.NaN);
  }

  /** Its padding lies between the end of a line and the start of the next. */
  @Test
  void aGradientDoesNotCountWhatOnlyThePaddingSees() {
    CsrPattern rightOfMiddle = CsrPattern.of(1, 9, new int[] {0, 1}, new int[] {5});
    Tensor x = Tensor.of(Shape.of(1, 1, 2, 3), 1f, 2f, 3f, Float.POSITIVE_INFINITY, 5f, 6f);
    Tensor dy = Tensor.of(Shape.of(1, 1, 2, 3), 1f, 1f, 1f, 1f, 1f, 1f);
    Tensor dvalues = empty(1);
    new VectorBackend()
        .sparseConv2dGradWeight(
            rightOfMiddle, Shape.of(1, 1, 3, 3), x, dy, ConvSpec.of(1, 1), dvalues);
    assertThat(dvalues.toDoubleArray()).containsExactly(2 + 3 + 5 + 6);
  }
}
