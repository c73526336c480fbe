package dev.espalier.tensor.contract;

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
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;

/** Products with a sparse operand against dense loops. */
abstract class SparseContract extends Contract {
  private static final int[][] EXTENTS_MK = {{0, 0}, {1, 1}, {5, 0}, {0, 5}, {7, 13}, {67, 33}};
  private static final int[] COLUMNS = {0, 1, 3, 16, 17, 67, 600};
  private static final int[] FEW_COLUMNS = {1, 17};
  private static final Layout[] SPARSE_OPERANDS = {
    Layout.CONTIGUOUS, Layout.GAPPED, Layout.TRANSPOSED
  };
  private static final double[] DENSITIES = {0, 0.1, 0.5, 1};

  SparseContract(Backend backend) {
    super(backend);
  }

  /** A random pattern whose every third row is empty unless it is full. */
  private static CsrPattern pattern(int rows, int columns, double density) {
    var generator = new Generator(rows * 1000L + columns);
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * columns];
    int nnz = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        boolean kept = generator.nextDouble() < density && (row % 3 != 1 || density == 1);
        if (kept) {
          indices[nnz++] = column;
        }
      }
      offsets[row + 1] = nnz;
    }
    return CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, nnz));
  }

  /** Row-major positions in the dense matrix, in the order of the stored values. */
  private static int[] positions(CsrPattern pattern) {
    int[] positions = new int[pattern.nnz()];
    for (int row = 0; row < pattern.rows(); row++) {
      for (int p = pattern.rowOffsets()[row]; p < pattern.rowOffsets()[row + 1]; p++) {
        positions[p] = row * pattern.columns() + pattern.columnIndices()[p];
      }
    }
    return positions;
  }

  private static int[] positions(BsrPattern pattern) {
    int[] positions = new int[pattern.nnz()];
    int[] offsets = pattern.blocks().rowOffsets();
    int at = 0;
    for (int row = 0; row < pattern.blocks().rows(); row++) {
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        int column = pattern.blocks().columnIndices()[p];
        for (int i = 0; i < pattern.blockHeight(); i++) {
          for (int j = 0; j < pattern.blockWidth(); j++) {
            positions[at++] =
                (row * pattern.blockHeight() + i) * pattern.columns()
                    + column * pattern.blockWidth()
                    + j;
          }
        }
      }
    }
    return positions;
  }

  private static double[] scattered(double[] values, int[] positions, int size) {
    double[] dense = new double[size];
    for (int p = 0; p < positions.length; p++) {
      dense[positions[p]] = values[p];
    }
    return dense;
  }

  /** {@code relu(A b + beta c + biases)} by dense loops, and the size of its terms. */
  private record Expected(double[] sums, double[] magnitudes) {
    static Expected of(
        double[] a,
        double[] b,
        double[] c,
        double beta,
        double[] rowBias,
        double[] columnBias,
        boolean relu,
        int k,
        int n) {
      double[] sums = new double[c.length];
      double[] magnitudes = new double[c.length];
      for (int i = 0; i < c.length; i++) {
        int row = i / n;
        int column = i % n;
        sums[i] = beta * c[i] + rowBias[row] + columnBias[column];
        magnitudes[i] = Math.abs(beta * c[i]) + 2;
        for (int p = 0; p < k; p++) {
          sums[i] += a[row * k + p] * b[p * n + column];
          magnitudes[i] += Math.abs(a[row * k + p] * b[p * n + column]);
        }
        sums[i] = relu && sums[i] < 0 ? 0 : sums[i];
      }
      return new Expected(sums, magnitudes);
    }
  }

  private interface Product {
    void run(Tensor b, double beta, Tensor c, Epilogue epilogue);
  }

  private void check(
      String what, DType dtype, double[] a, int m, int k, int n, Layout layoutB, Product product) {
    double[] b = values(dtype, 2, (long) k * n);
    double[] c = values(dtype, 3, (long) m * n);
    double[] rowBias = values(dtype, 4, m);
    double[] columnBias = values(dtype, 5, n);
    Expected plain = Expected.of(a, b, c, 0, new double[m], new double[n], false, k, n);
    Tensor right = tensor(dtype, layoutB, Shape.of(k, n), b);
    boolean transposed = layoutB == Layout.TRANSPOSED;
    Tensor out =
        transposed ? output(dtype, Shape.of(n, m)).transpose() : output(dtype, Shape.of(m, n));
    product.run(right, 0, out, Epilogue.NONE);
    assertSums(what, out, plain.sums, plain.magnitudes, k);
    double beta = transposed ? 0 : -0.5;
    Expected full = Expected.of(a, b, c, beta, rowBias, columnBias, true, k, n);
    var epilogue =
        new Epilogue(
            tensor(dtype, Shape.of(m), rowBias), tensor(dtype, Shape.of(n), columnBias), true);
    out = tensor(dtype, transposed ? Layout.TRANSPOSED : Layout.CONTIGUOUS, Shape.of(m, n), c);
    product.run(right, beta, out, epilogue);
    assertSums(what + " with epilogue", out, full.sums, full.magnitudes, k + 3);
  }

  @ComputeTypes
  void spmmMatchesDenseProductForEmptyRowsAndAnyDensity(DType dtype) {
    for (int[] e : EXTENTS_MK) {
      for (double density : DENSITIES) {
        CsrPattern pattern = pattern(e[0], e[1], density);
        double[] values = values(dtype, 1, pattern.nnz());
        double[] dense = scattered(values, positions(pattern), e[0] * e[1]);
        Tensor stored = tensor(dtype, Shape.of(pattern.nnz()), values);
        for (int n : density == 0.1 ? COLUMNS : FEW_COLUMNS) {
          for (Layout layout : SPARSE_OPERANDS) {
            check(
                "spmm %s density %s n %d".formatted(Arrays.toString(e), density, n),
                dtype,
                dense,
                e[0],
                e[1],
                n,
                layout,
                (b, beta, c, epilogue) -> backend.spmm(pattern, stored, b, beta, c, epilogue));
          }
        }
      }
    }
  }

  @ComputeTypes
  void nmProductsMatchDenseLoops(DType dtype) {
    var structures =
        new Granularity.NOfM[] {
          new Granularity.NOfM(1, 4), new Granularity.NOfM(2, 4, 2), new Granularity.NOfM(2, 4, 4),
          new Granularity.NOfM(4, 8), new Granularity.NOfM(3, 3, 8), new Granularity.NOfM(1, 2, 7)
        };
    for (var structure : structures) {
      for (int[] grid : new int[][] {{0, 0}, {3, 0}, {1, 1}, {3, 9}}) {
        NmPattern pattern = pattern(structure, grid[0], grid[1]);
        for (int n : new int[] {0, 1, 17, 67}) {
          checkStored(structure.name(), dtype, pattern, n, Layout.CONTIGUOUS);
        }
        checkStored(structure.name(), dtype, pattern, 67, Layout.GAPPED);
        checkStored(structure.name(), dtype, pattern, 67, Layout.TRANSPOSED);
      }
    }
  }

  /** Random positions in {@code rowGroups} × {@code groups} groups. */
  private static NmPattern pattern(Granularity.NOfM structure, int rowGroups, int groups) {
    var generator = new Generator(structure.m());
    byte[] positions = new byte[rowGroups * groups * structure.n()];
    int at = 0;
    for (int group = 0; group < rowGroups * groups; group++) {
      int missing = structure.n();
      for (int place = 0; place < structure.m(); place++) {
        if (generator.nextDouble() * (structure.m() - place) < missing) {
          positions[at++] = (byte) place;
          missing--;
        }
      }
    }
    return NmPattern.of(rowGroups * structure.rows(), groups * structure.m(), structure, positions);
  }

  /** Row-major positions in the dense matrix, by the definition of the layout. */
  private static int[] positions(NmPattern pattern) {
    var structure = pattern.structure();
    int[] positions = new int[pattern.nnz()];
    int at = 0;
    for (int p = 0; p < pattern.positions().length; p++) {
      int group = p / structure.n();
      int perRow = pattern.columns() / structure.m();
      int column = group % perRow * structure.m() + pattern.positions()[p];
      for (int row = 0; row < structure.rows(); row++) {
        positions[at++] = (group / perRow * structure.rows() + row) * pattern.columns() + column;
      }
    }
    return positions;
  }

  @ComputeTypes
  void spmmReadsOverlappingRows(DType dtype) {
    CsrPattern pattern = CsrPattern.of(1, 3, new int[] {0, 2}, new int[] {0, 2});
    Tensor signal = tensor(dtype, Shape.of(6), 1, 2, 3, 4, 5, 6);
    Tensor shifts = signal.asStrided(Shape.of(3, 4), 1, 1);
    Tensor c = output(dtype, Shape.of(1, 4));
    backend.spmm(pattern, tensor(dtype, Shape.of(2), 1, 10), shifts, 0, c, Epilogue.NONE);
    assertExactly(c, 31, 42, 53, 64);
    Tensor out = output(dtype, Shape.of(2));
    backend.sddmm(pattern, tensor(dtype, Shape.of(1, 4), 1, 1, 1, 1), shifts, out);
    assertExactly(out, 10, 18);
  }

  @ComputeTypes
  void spmmReadsOnlyTheRowsThatThePatternNames(DType dtype) {
    CsrPattern pattern = CsrPattern.of(2, 3, new int[] {0, 1, 1}, new int[] {1});
    double nan = Double.NaN;
    Tensor b = tensor(dtype, Shape.of(3, 2), nan, nan, 1, 2, nan, nan);
    Tensor c = output(dtype, Shape.of(2, 2));
    backend.spmm(pattern, tensor(dtype, Shape.of(1), 3), b, 0, c, Epilogue.NONE);
    assertExactly(c, 3, 6, 0, 0);
  }

  @ComputeTypes
  void sddmmIsTheDenseProductAtStoredPositions(DType dtype) {
    for (int[] e : EXTENTS_MK) {
      for (double density : DENSITIES) {
        for (int n : density == 0.1 ? COLUMNS : FEW_COLUMNS) {
          CsrPattern pattern = pattern(e[0], e[1], density);
          double[] a = values(dtype, 6, (long) e[0] * n);
          double[] b = values(dtype, 7, (long) e[1] * n);
          Tensor out = output(dtype, Shape.of(pattern.nnz()));
          backend.sddmm(
              pattern,
              tensor(dtype, Shape.of(e[0], n), a),
              tensor(dtype, Layout.GAPPED, Shape.of(e[1], n), b),
              out);
          checkSampled("sddmm", out, positions(pattern), e[1], a, b, n);
        }
      }
    }
  }

  private static void checkSampled(
      String what, Tensor out, int[] positions, int k, double[] a, double[] b, int n) {
    double[] expected = new double[positions.length];
    double[] magnitudes = new double[positions.length];
    for (int p = 0; p < positions.length; p++) {
      for (int j = 0; j < n; j++) {
        double term = a[positions[p] / k * n + j] * b[positions[p] % k * n + j];
        expected[p] += term;
        magnitudes[p] += Math.abs(term);
      }
    }
    double[] flat = new double[positions.length];
    System.arraycopy(expected, 0, flat, 0, flat.length);
    assertSums(what + " n " + n, out, flat, magnitudes, n);
  }

  @ComputeTypes
  void blockProductsMatchDenseLoops(DType dtype) {
    for (int[] block : new int[][] {{1, 1}, {1, 4}, {4, 1}, {2, 3}, {8, 8}, {16, 4}}) {
      for (double density : DENSITIES) {
        for (int[] grid : new int[][] {{0, 0}, {1, 1}, {3, 5}}) {
          var pattern = new BsrPattern(pattern(grid[0], grid[1], density), block[0], block[1]);
          for (int n : new int[] {0, 1, 17, 67}) {
            checkStored("bsr", dtype, pattern, n, Layout.CONTIGUOUS);
          }
          checkStored("bsr", dtype, pattern, 67, Layout.GAPPED);
          checkStored("bsr", dtype, pattern, 67, Layout.TRANSPOSED);
        }
      }
    }
  }

  private void checkStored(
      String format, DType dtype, SparsePattern pattern, int n, Layout layout) {
    int m = pattern.rows();
    int k = pattern.columns();
    int[] positions =
        switch (pattern) {
          case CsrPattern csr -> positions(csr);
          case BsrPattern bsr -> positions(bsr);
          case NmPattern nm -> positions(nm);
        };
    double[] values = values(dtype, 8, positions.length);
    Tensor stored = tensor(dtype, pattern.valuesShape(), values);
    String what = "%s %s".formatted(format, pattern);
    check(
        "spmm " + what,
        dtype,
        scattered(values, positions, m * k),
        m,
        k,
        n,
        layout,
        (b, beta, c, epilogue) -> backend.spmm(pattern, stored, b, beta, c, epilogue));
    if (layout == Layout.TRANSPOSED) {
      return;
    }
    double[] a = values(dtype, 9, (long) m * n);
    double[] b = values(dtype, 10, (long) k * n);
    Tensor out = output(dtype, pattern.valuesShape());
    backend.sddmm(
        pattern, tensor(dtype, Shape.of(m, n), a), tensor(dtype, layout, Shape.of(k, n), b), out);
    checkSampled("sddmm " + what, out, positions, k, a, b, n);
  }
}
