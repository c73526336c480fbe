package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;

/** Products with a sparse left operand, row by row, and sampled dense products. */
final class ScalarSparse {
  private ScalarSparse() {}

  static void spmm(
      CsrPattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    int[] offsets = pattern.rowOffsets();
    int[] columns = pattern.columnIndices();
    int n = b.dim(1);
    Cells factors = Cells.of(values);
    Cells right = Cells.of(b);
    Cells to = Cells.of(c);
    var finish = new Finish(1, beta, epilogue);
    double[] sums = new double[Math.min(n, Cells.BLOCK)];
    for (int row = 0; row < pattern.rows(); row++) {
      for (int at = 0; at < n; at += Cells.BLOCK) {
        int width = Math.min(Cells.BLOCK, n - at);
        Arrays.fill(sums, 0);
        for (int p = offsets[row]; p < offsets[row + 1]; p++) {
          right.addScaledTo(factors.get(p), columns[p] * b.stride(0) + at, width, sums);
        }
        finish.row(sums, 0, width, row, at, to, (long) row * n + at);
      }
    }
  }

  static void sddmm(CsrPattern pattern, Tensor a, Tensor b, Tensor out) {
    int[] offsets = pattern.rowOffsets();
    int[] columns = pattern.columnIndices();
    int n = a.dim(1);
    Cells left = Cells.of(a);
    Cells right = Cells.of(b);
    Cells to = Cells.of(out);
    double[] rowOfA = new double[n];
    for (int row = 0; row < pattern.rows(); row++) {
      if (offsets[row] == offsets[row + 1]) {
        continue;
      }
      left.read((long) row * n, n, rowOfA);
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        to.set(p, right.dot(columns[p] * b.stride(0), n, rowOfA));
      }
    }
  }

  static void bsrSpmm(
      BsrPattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    int[] offsets = pattern.blocks().rowOffsets();
    int[] columns = pattern.blocks().columnIndices();
    int height = pattern.blockHeight();
    int blockWidth = pattern.blockWidth();
    int n = b.dim(1);
    Cells factors = Cells.of(values);
    Cells right = Cells.of(b);
    Cells to = Cells.of(c);
    var finish = new Finish(1, beta, epilogue);
    double[] sums = new double[Math.min(n, Cells.BLOCK)];
    for (int row = 0; row < pattern.rows(); row++) {
      int blockRow = row / height;
      for (int at = 0; at < n; at += Cells.BLOCK) {
        int width = Math.min(Cells.BLOCK, n - at);
        Arrays.fill(sums, 0);
        for (int block = offsets[blockRow]; block < offsets[blockRow + 1]; block++) {
          long factor = ((long) block * height + row % height) * blockWidth;
          for (int i = 0; i < blockWidth; i++) {
            long rowOfB = (long) columns[block] * blockWidth + i;
            right.addScaledTo(factors.get(factor + i), rowOfB * n + at, width, sums);
          }
        }
        finish.row(sums, 0, width, row, at, to, (long) row * n + at);
      }
    }
  }

  static void bsrSddmm(BsrPattern pattern, Tensor a, Tensor b, Tensor out) {
    int[] offsets = pattern.blocks().rowOffsets();
    int[] columns = pattern.blocks().columnIndices();
    int height = pattern.blockHeight();
    int blockWidth = pattern.blockWidth();
    int n = a.dim(1);
    Cells left = Cells.of(a);
    Cells right = Cells.of(b);
    Cells to = Cells.of(out);
    double[] rowOfA = new double[n];
    for (int row = 0; row < pattern.rows(); row++) {
      int blockRow = row / height;
      left.read((long) row * n, n, rowOfA);
      for (int block = offsets[blockRow]; block < offsets[blockRow + 1]; block++) {
        long at = ((long) block * height + row % height) * blockWidth;
        for (int i = 0; i < blockWidth; i++) {
          to.set(at + i, right.dot(((long) columns[block] * blockWidth + i) * n, n, rowOfA));
        }
      }
    }
  }
}
