package dev.espalier.tensor.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GemmTest {
  private static final int WIDE = MicroKernel.COLUMNS;
  private static final int DEEP = MicroKernel.DEPTH;

  private final int threadsBefore = Workers.threads();

  @AfterEach
  void restoreThreads() {
    Workers.setThreads(threadsBefore);
  }

  /** How an operand lies in memory. */
  private enum Layout {
    ROWS,
    COLUMNS,
    STRIDED;

    MatrixView view(MemorySegment data, int rows, int columns) {
      return switch (this) {
        case ROWS -> MatrixView.rowMajor(data, 0, columns);
        case COLUMNS -> MatrixView.rowMajor(data, 0, rows).transposed();
        case STRIDED -> new MatrixView(data, 5, 2L * columns + 3, 2);
      };
    }

    MatrixView random(int rows, int columns, long seed) {
      return view(Floats.random(rows * (2L * columns + 3) + 5, seed), rows, columns);
    }
  }

  /** One product with everything that can be chosen about it. */
  private record Case(
      int m, int n, int k, Layout a, Layout b, float alpha, float beta, TileEpilogue epilogue) {
    static Case plain(int m, int n, int k) {
      return new Case(m, n, k, Layout.ROWS, Layout.ROWS, 1, 0, TileEpilogue.NONE);
    }

    Case with(Layout newA, Layout newB) {
      return new Case(m, n, k, newA, newB, alpha, beta, epilogue);
    }

    Case scaled(float newAlpha, float newBeta) {
      return new Case(m, n, k, a, b, newAlpha, newBeta, epilogue);
    }

    Case with(TileEpilogue newEpilogue) {
      return new Case(m, n, k, a, b, alpha, beta, newEpilogue);
    }

    /** Computes into a padded C, checks every element and that the padding is untouched. */
    void check() {
      MatrixView left = a.random(m, k, 1);
      MatrixView right = b.random(k, n, 2);
      int ldc = n + 3;
      MemorySegment before = Floats.random((long) m * ldc + 1, 3);
      MatrixView old = MatrixView.rowMajor(before, 1, ldc);
      MatrixView c = MatrixView.rowMajor(Floats.copyOf(before), 1, ldc);
      Gemm.sgemm(m, n, k, alpha, left, right, beta, c, epilogue);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          checkElement(left, right, old, c, i, j);
        }
        for (int j = n; j < (i == m - 1 ? n : ldc); j++) {
          assertThat(Floats.get(c, i, j)).isEqualTo(Floats.get(old, i, j));
        }
      }
      if (m > 0) {
        assertThat(Floats.get(c.data(), 0)).isEqualTo(Floats.get(before, 0));
      }
    }

    private void checkElement(
        MatrixView left, MatrixView right, MatrixView old, MatrixView c, int i, int j) {
      double sum = 0;
      double magnitude = 0;
      for (int p = 0; p < k; p++) {
        double term = (double) alpha * Floats.get(left, i, p) * Floats.get(right, p, j);
        sum += term;
        magnitude += Math.abs(term);
      }
      double[] others = {
        beta == 0 ? 0 : (double) beta * Floats.get(old, i, j),
        epilogue.rowBias(i),
        epilogue.columnBias(j)
      };
      for (double other : others) {
        sum += other;
        magnitude += Math.abs(other);
      }
      double exact = epilogue.relu() ? Math.max(sum, 0) : sum;
      String what = "%s at (%d, %d)".formatted(this, i, j);
      Floats.assertSum(Floats.get(c, i, j), exact, magnitude, k + 4, what);
    }
  }

  private static TileEpilogue epilogue(boolean row, boolean column, boolean relu) {
    return new TileEpilogue(
        row ? Floats.random(200, 4) : null, 3, column ? Floats.random(200, 5) : null, 2, relu);
  }

  @Test
  void matchesReferenceAroundTheTileSizes() {
    int[] rows = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17};
    int[] columns = {1, 2, WIDE / 2 - 1, WIDE / 2, WIDE / 2 + 1, WIDE - 1, WIDE, WIDE + 1};
    for (int m : rows) {
      for (int n : columns) {
        Case.plain(m, n, 5).check();
      }
    }
  }

  @Test
  void matchesReferenceForEveryLayoutOfTheOperands() {
    for (Layout a : Layout.values()) {
      for (Layout b : Layout.values()) {
        Case.plain(13, WIDE + 5, 37).with(a, b).check();
        Case.plain(3, 29, 41).with(a, b).check();
        Case.plain(31, 3, 43).with(a, b).check();
        Case.plain(1, 2 * WIDE + 7, 35).with(a, b).check();
        Case.plain(23, 1, 34).with(a, b).check();
        Case.plain(1, 1, 33).with(a, b).check();
        Case.plain(61, 7, 9).with(a, b).check();
        Case.plain(110, 5, 6).with(a, b).check();
      }
    }
  }

  @Test
  void matchesReferenceAroundTheDepthOfAPanel() {
    for (int k : new int[] {1, DEEP - 1, DEEP, DEEP + 1, 2 * DEEP + 3}) {
      Case.plain(7, WIDE + 1, k).check();
      Case.plain(6, 3, k).with(Layout.COLUMNS, Layout.COLUMNS).check();
      Case.plain(1, WIDE + 3, k).check();
      Case.plain(2, 5, k).with(Layout.ROWS, Layout.COLUMNS).scaled(0.5f, 1).check();
    }
  }

  @Test
  void matchesReferenceAcrossStripsAndRowChunks() {
    Case.plain(5, TiledProduct.STRIP + 1, 3).check();
    Case.plain(2 * MatrixRows.CHUNK_ROWS + 3, 9, 4).with(Layout.COLUMNS, Layout.ROWS).check();
    Case.plain(1, 800, 3).check();
    Case.plain(2, 800, 2 * Lanes.COUNT).with(Layout.ROWS, Layout.COLUMNS).check();
  }

  @Test
  void alphaAndBetaScaleProductAndOldValue() {
    float[][] scales = {{1, 1}, {1, 0.5f}, {-2, 0}, {0, 1}, {0.25f, -1}, {0, 0}};
    for (float[] scale : scales) {
      for (Layout b : Layout.values()) {
        Case.plain(8, WIDE + 3, 50).with(Layout.ROWS, b).scaled(scale[0], scale[1]).check();
        Case.plain(1, WIDE + 3, 50).with(Layout.ROWS, b).scaled(scale[0], scale[1]).check();
        Case.plain(WIDE + 3, 1, 50).with(b, Layout.ROWS).scaled(scale[0], scale[1]).check();
        Case.plain(3, 10, 50).with(Layout.ROWS, b).scaled(scale[0], scale[1]).check();
      }
    }
  }

  @Test
  void epilogueAddsBiasesThenClamps() {
    for (int bits = 0; bits < 8; bits++) {
      TileEpilogue epilogue = epilogue((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0);
      Case.plain(7, WIDE + 3, 11).with(epilogue).check();
      Case.plain(7, WIDE + 3, DEEP + 2).scaled(1, 0.5f).with(epilogue).check();
      Case.plain(1, WIDE + 3, 11).with(epilogue).check();
      Case.plain(WIDE + 3, 1, 11).with(epilogue).check();
      Case.plain(4, 5, 40).with(Layout.ROWS, Layout.COLUMNS).with(epilogue).check();
      Case.plain(40, 5, 40).with(Layout.ROWS, Layout.COLUMNS).with(epilogue).check();
    }
  }

  @Test
  void emptyProductsLeaveOrScaleC() {
    Case.plain(0, 5, 3).check();
    Case.plain(5, 0, 3).check();
    Case.plain(0, 0, 0).check();
    for (float beta : new float[] {0, 1, 0.5f}) {
      Case.plain(5, WIDE + 2, 0).scaled(1, beta).with(epilogue(true, true, true)).check();
      Case.plain(1, 7, 0).scaled(1, beta).with(epilogue(true, true, true)).check();
      Case.plain(7, 1, 0).scaled(1, beta).with(epilogue(true, false, false)).check();
      Case.plain(1, 7, 0).with(Layout.ROWS, Layout.COLUMNS).scaled(1, beta).check();
    }
  }

  @Test
  void betaZeroDoesNotReadC() {
    int[][] sizes = {{7, WIDE + 3, DEEP + 1}, {1, 9, 4}, {9, 1, 4}, {3, 9, 40}};
    for (int[] size : sizes) {
      for (Layout b : Layout.values()) {
        MatrixView left = Layout.ROWS.random(size[0], size[2], 1);
        MatrixView right = b.random(size[2], size[1], 2);
        MemorySegment c = Floats.filled((long) size[0] * size[1], Float.NaN);
        MatrixView view = MatrixView.rowMajor(c, 0, size[1]);
        Gemm.sgemm(size[0], size[1], size[2], 1, left, right, 0, view, TileEpilogue.NONE);
        for (int i = 0; i < size[0] * size[1]; i++) {
          assertThat(Floats.get(c, i)).isNotNaN();
        }
      }
    }
  }

  @Test
  void nanInOneRowStaysInThatRowAndPassesRelu() {
    MatrixView left = Layout.ROWS.random(9, 20, 1);
    left.data().set(java.lang.foreign.ValueLayout.JAVA_FLOAT, left.byteOffset(4, 7), Float.NaN);
    MatrixView right = Layout.ROWS.random(20, WIDE + 3, 2);
    MatrixView c = MatrixView.rowMajor(Floats.filled(9L * (WIDE + 3), 0), 0, WIDE + 3);
    Gemm.sgemm(9, WIDE + 3, 20, 1, left, right, 0, c, epilogue(false, false, true));
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j < WIDE + 3; j++) {
        assertThat(Float.isNaN(Floats.get(c, i, j))).as("(%d, %d)", i, j).isEqualTo(i == 4);
      }
    }
  }

  @Test
  void sameBitsForEveryThreadCount() {
    int[][] sizes = {{130, 150, 70}, {40, 700, 60}, {900, 31, 40}, {1, 1500, 800}, {9, 700, 190}};
    for (int[] size : sizes) {
      for (Layout a : new Layout[] {Layout.ROWS, Layout.COLUMNS}) {
        for (Layout b : new Layout[] {Layout.ROWS, Layout.COLUMNS}) {
          MemorySegment one = compute(size, a, b, 1);
          Floats.assertSameBits(compute(size, a, b, 2), one);
          Floats.assertSameBits(compute(size, a, b, 5), one);
        }
      }
    }
  }

  private static MemorySegment compute(int[] size, Layout a, Layout b, int threads) {
    Workers.setThreads(threads);
    MatrixView left = a.random(size[0], size[2], 1);
    MatrixView right = b.random(size[2], size[1], 2);
    MemorySegment c = Floats.random((long) size[0] * size[1], 3);
    MatrixView view = MatrixView.rowMajor(c, 0, size[1]);
    Gemm.sgemm(size[0], size[1], size[2], 0.7f, left, right, 0.3f, view, TileEpilogue.NONE);
    return c;
  }

  @Test
  void batchedProductsAreThoseOfTheirParts() {
    int m = 5;
    int n = WIDE + 1;
    int k = 7;
    MemorySegment a = Floats.random(3L * m * k, 1);
    MemorySegment b = Floats.random((long) k * n, 2);
    MemorySegment all = Floats.filled(3L * m * n, 0);
    MatrixView right = MatrixView.rowMajor(b, 0, n);
    Gemm.sgemmBatched(
        3,
        m,
        n,
        k,
        1,
        MatrixView.rowMajor(a, 0, k),
        (long) m * k,
        right,
        0, // one B for all
        0,
        MatrixView.rowMajor(all, 0, n),
        (long) m * n,
        TileEpilogue.NONE);
    MemorySegment single = Floats.filled(3L * m * n, 0);
    for (int i = 0; i < 3; i++) {
      MatrixView left = MatrixView.rowMajor(a, (long) i * m * k, k);
      MatrixView c = MatrixView.rowMajor(single, (long) i * m * n, n);
      Gemm.sgemm(m, n, k, 1, left, right, 0, c, TileEpilogue.NONE);
    }
    Floats.assertSameBits(all, single);
  }

  @Test
  void tileHeightsCoverEveryRowCountWithoutMuchIdleWork() {
    for (int rows = 1; rows < 200; rows++) {
      int computed = 0;
      for (int left = rows; left > 0; left -= MicroKernel.tileRows(left)) {
        computed += MicroKernel.tileRows(left);
      }
      assertThat(computed).as("rows %d", rows).isGreaterThanOrEqualTo(rows);
      assertThat(computed - rows).as("idle for %d", rows).isLessThanOrEqualTo(rows < 4 ? 3 : 1);
    }
  }
}
