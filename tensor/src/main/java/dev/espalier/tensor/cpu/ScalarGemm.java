package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;

/**
 * Dense products: tiles of c accumulate in double over panels of a and b that were read into
 * arrays, so strides cost only at the panel's reading.
 */
final class ScalarGemm {
  private static final int ROWS = 64;
  private static final int COLUMNS = 256;
  private static final int DEPTH = 128;

  private final int m;
  private final int n;
  private final int k;
  private final long[] aStrides;
  private final long[] bStrides;
  private final long cRowStride;
  private final Cells a;
  private final Cells b;
  private final Cells c;
  private final double[] aPanel;
  private final double[] bPanel;
  private final double[] tile;

  private ScalarGemm(Tensor a, Tensor b, Tensor c) {
    this.m = a.dim(-2);
    this.k = a.dim(-1);
    this.n = b.dim(-1);
    this.aStrides = new long[] {a.stride(-2), a.stride(-1)};
    this.bStrides = new long[] {b.stride(-2), b.stride(-1)};
    this.cRowStride = c.stride(-2);
    this.a = Cells.of(a);
    this.b = Cells.of(b);
    this.c = Cells.of(c);
    this.aPanel = new double[Math.min(m, ROWS) * Math.min(k, DEPTH)];
    this.bPanel = new double[Math.min(k, DEPTH) * Math.min(n, COLUMNS)];
    this.tile = new double[Math.min(m, ROWS) * Math.min(n, COLUMNS)];
  }

  static void gemm(double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    int batches = c.rank() == 2 ? 1 : c.dim(0);
    boolean batched = c.rank() == 3;
    var product = new ScalarGemm(a, b, c);
    var finish = new Finish(alpha, beta, epilogue);
    for (int batch = 0; batch < batches; batch++) {
      product.multiply(
          batched ? batch * a.stride(0) : 0,
          batched ? batch * b.stride(0) : 0,
          batched ? batch * c.stride(0) : 0,
          finish);
    }
  }

  private void multiply(long aStart, long bStart, long cStart, Finish finish) {
    for (int column = 0; column < n; column += COLUMNS) {
      int width = Math.min(COLUMNS, n - column);
      for (int row = 0; row < m; row += ROWS) {
        int height = Math.min(ROWS, m - row);
        Arrays.fill(tile, 0);
        for (int at = 0; at < k; at += DEPTH) {
          int depth = Math.min(DEPTH, k - at);
          readPanel(
              a, aStart + row * aStrides[0] + at * aStrides[1], aStrides, height, depth, aPanel);
          readPanel(
              b, bStart + at * bStrides[0] + column * bStrides[1], bStrides, depth, width, bPanel);
          addProduct(height, depth, width);
        }
        for (int i = 0; i < height; i++) {
          finish.row(
              tile, i * width, width, row + i, column, c, cStart + (row + i) * cRowStride + column);
        }
      }
    }
  }

  private static void readPanel(
      Cells from, long start, long[] strides, int height, int width, double[] panel) {
    for (int i = 0; i < height; i++) {
      from.read(start + i * strides[0], strides[1], width, panel, i * width);
    }
  }

  private void addProduct(int height, int depth, int width) {
    for (int i = 0; i < height; i++) {
      for (int p = 0; p < depth; p++) {
        addScaled(aPanel[i * depth + p], bPanel, p * width, tile, i * width, width);
      }
    }
  }

  private static void addScaled(double factor, double[] x, int xAt, double[] y, int yAt, int n) {
    for (int j = 0; j < n; j++) {
      y[yAt + j] += factor * x[xAt + j];
    }
  }
}
