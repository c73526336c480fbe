package dev.espalier.tensor.contract;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Convolution with a sparse weight and its two gradients, against loops over every index. */
abstract class SparseConvContract extends Contract {
  private static final double[] DENSITIES = {0, 0.3, 1};
  private static final int[][] BLOCKS = {{2, 1}, {3, 2}, {4, 1}, {1, 3}, {2, 9}, {8, 4}, {11, 17}};

  /** Shapes that reach what those of dense convolution do not: whole vectors of pixels, strides. */
  private static final List<ConvCase> MORE =
      List.of(
          new ConvCase(2, 16, 4, 6, 24, 1, 1, ConvSpec.DEFAULT),
          new ConvCase(3, 8, 5, 8, 16, 1, 1, ConvSpec.of(1, 0).withGroups(2)),
          new ConvCase(2, 8, 9, 9, 8, 3, 3, ConvSpec.of(2, 1).withGroups(4)),
          new ConvCase(1, 4, 7, 8, 8, 1, 1, ConvSpec.of(2, 0)),
          new ConvCase(2, 3, 12, 11, 4, 3, 3, new ConvSpec(2, 3, 0, 4, 2, 1, 1)),
          new ConvCase(1, 2, 3, 3, 8, 2, 2, ConvSpec.of(4, 1)),
          new ConvCase(5, 6, 14, 14, 8, 3, 3, ConvSpec.of(1, 1)));

  SparseConvContract(Backend backend) {
    super(backend);
  }

  private static List<ConvCase> cases() {
    List<ConvCase> cases = new ArrayList<>(ConvCase.CASES);
    cases.addAll(MORE);
    return cases;
  }

  /**
   * Patterns of the weight's matrix view: elements, blocks and N:M where the extents allow them.
   */
  private static List<SparsePattern> patterns(ConvCase k) {
    int rows = k.o();
    int columns = k.weight().dim(1) * k.kh() * k.kw();
    List<SparsePattern> patterns = new ArrayList<>();
    for (double density : DENSITIES) {
      CsrPattern elements = random(rows, columns, density);
      patterns.add(elements);
      for (int[] block : BLOCKS) {
        if (density > 0 && rows % block[0] == 0 && columns % block[1] == 0) {
          patterns.add(
              new BsrPattern(
                  random(rows / block[0], columns / block[1], density), block[0], block[1]));
        }
      }
    }
    for (var structure :
        new Granularity.NOfM[] {new Granularity.NOfM(1, 3), new Granularity.NOfM(2, 4, 2)}) {
      if (NmPattern.refusal(random(rows, columns, 0), structure).isEmpty()) {
        patterns.add(NmPattern.covering(random(rows, columns, 0), structure));
      }
    }
    return patterns;
  }

  private static CsrPattern random(int rows, int columns, double density) {
    var generator = new Generator(rows * 1000L + columns);
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * columns];
    int nnz = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        if (generator.nextDouble() < density) {
          indices[nnz++] = column;
        }
      }
      offsets[row + 1] = nnz;
    }
    return CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, nnz));
  }

  private static double[] scattered(SparsePattern pattern, double[] values, Shape weight) {
    double[] dense = new double[Math.toIntExact(weight.size())];
    int[] positions = pattern.flatPositions();
    for (int p = 0; p < positions.length; p++) {
      dense[positions[p]] = values[p];
    }
    return dense;
  }

  @ComputeTypes
  void forwardMatchesLoops(DType dtype) {
    for (ConvCase k : cases()) {
      double[] x = values(dtype, 1, k.x());
      double[] bias = values(dtype, 3, k.o());
      int plane = k.y().dim(2) * k.y().dim(3);
      for (SparsePattern pattern : patterns(k)) {
        double[] stored = values(dtype, 2, pattern.nnz());
        double[] w = scattered(pattern, stored, k.weight());
        double[] expected = new double[Math.toIntExact(k.y().size())];
        double[] magnitudes = new double[expected.length];
        k.forEachTerm(
            (i, j, to) -> {
              expected[to] += x[i] * w[j];
              magnitudes[to] += Math.abs(x[i] * w[j]);
            });
        Tensor values = tensor(dtype, pattern.valuesShape(), stored);
        String what = "sparseConv2d %s %s".formatted(k, pattern);
        Tensor out = output(dtype, k.y());
        backend.sparseConv2d(
            pattern, values, k.weight(), tensor(dtype, k.x(), x), null, false, k.spec(), out);
        assertSums(what, out, expected, magnitudes, k.terms());
        Arrays.setAll(expected, i -> Math.max(0, expected[i] + bias[i / plane % k.o()]));
        Arrays.setAll(magnitudes, i -> magnitudes[i] + 1);
        out = output(dtype, k.y());
        backend.sparseConv2d(
            pattern,
            values,
            k.weight(),
            tensor(dtype, k.x(), x),
            tensor(dtype, Shape.of(k.o()), bias),
            true,
            k.spec(),
            out);
        assertSums(what + " with bias", out, expected, magnitudes, k.terms());
      }
    }
  }

  @ComputeTypes
  void gradientOfTheInputMatchesLoops(DType dtype) {
    for (ConvCase k : cases()) {
      double[] dy = values(dtype, 4, k.y());
      for (SparsePattern pattern : patterns(k)) {
        double[] stored = values(dtype, 5, pattern.nnz());
        double[] w = scattered(pattern, stored, k.weight());
        double[] expected = new double[Math.toIntExact(k.x().size())];
        double[] magnitudes = new double[expected.length];
        k.forEachTerm(
            (to, j, i) -> {
              expected[to] += dy[i] * w[j];
              magnitudes[to] += Math.abs(dy[i] * w[j]);
            });
        Tensor dx = output(dtype, k.x());
        backend.sparseConv2dGradInput(
            pattern,
            tensor(dtype, pattern.valuesShape(), stored),
            k.weight(),
            tensor(dtype, k.y(), dy),
            k.spec(),
            dx);
        String what = "sparseConv2dGradInput %s %s".formatted(k, pattern);
        assertSums(what, dx, expected, magnitudes, k.terms());
      }
    }
  }

  @ComputeTypes
  void gradientOfTheWeightMatchesLoops(DType dtype) {
    for (ConvCase k : cases()) {
      double[] x = values(dtype, 6, k.x());
      double[] dy = values(dtype, 7, k.y());
      double[] dense = new double[Math.toIntExact(k.weight().size())];
      double[] size = new double[dense.length];
      k.forEachTerm(
          (j, to, i) -> {
            dense[to] += dy[i] * x[j];
            size[to] += Math.abs(dy[i] * x[j]);
          });
      for (SparsePattern pattern : patterns(k)) {
        int[] positions = pattern.flatPositions();
        double[] expected = new double[positions.length];
        double[] magnitudes = new double[positions.length];
        Arrays.setAll(expected, p -> dense[positions[p]]);
        Arrays.setAll(magnitudes, p -> size[positions[p]]);
        Tensor dvalues = output(dtype, pattern.valuesShape());
        backend.sparseConv2dGradWeight(
            pattern,
            k.weight(),
            tensor(dtype, k.x(), x),
            tensor(dtype, k.y(), dy),
            k.spec(),
            dvalues);
        String what = "sparseConv2dGradWeight %s %s".formatted(k, pattern);
        assertSums(what, dvalues, expected, magnitudes, k.terms());
      }
    }
  }

  @ComputeTypes
  void operandsMayHaveAnyStrides(DType dtype) {
    for (ConvCase k : List.of(MORE.get(0), MORE.get(2))) {
      SparsePattern pattern = random(k.o(), k.weight().dim(1) * k.kh() * k.kw(), 0.4);
      double[] x = values(dtype, 8, k.x());
      double[] dy = values(dtype, 10, k.y());
      Tensor values = tensor(dtype, pattern.valuesShape(), values(dtype, 9, pattern.nnz()));
      Tensor y = output(dtype, k.y());
      Tensor dx = output(dtype, k.x());
      Tensor dw = output(dtype, pattern.valuesShape());
      Tensor xs = tensor(dtype, k.x(), x);
      Tensor dys = tensor(dtype, k.y(), dy);
      backend.sparseConv2d(pattern, values, k.weight(), xs, null, false, k.spec(), y);
      backend.sparseConv2dGradInput(pattern, values, k.weight(), dys, k.spec(), dx);
      backend.sparseConv2dGradWeight(pattern, k.weight(), xs, dys, k.spec(), dw);
      for (Layout layout : Layout.values()) {
        Tensor stridedX = tensor(dtype, layout, k.x(), x);
        Tensor stridedDy = tensor(dtype, layout, k.y(), dy);
        Tensor out = output(dtype, k.y());
        backend.sparseConv2d(pattern, values, k.weight(), stridedX, null, false, k.spec(), out);
        assertExactly(out, read(y));
        out = output(dtype, k.x());
        backend.sparseConv2dGradInput(pattern, values, k.weight(), stridedDy, k.spec(), out);
        assertExactly(out, read(dx));
        out = output(dtype, pattern.valuesShape());
        backend.sparseConv2dGradWeight(pattern, k.weight(), stridedX, stridedDy, k.spec(), out);
        assertExactly(out, read(dw));
      }
    }
  }
}
