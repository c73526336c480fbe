package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Elements;
import dev.espalier.tensor.spi.Epilogue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Products with a sparse left operand, row by row, and sampled dense products. */
final class ScalarSparse {
  private ScalarSparse() {}

  static void spmm(
      SparsePattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    CsrPattern elements = pattern.elements();
    int[] order = pattern.elementOrder();
    int[] offsets = elements.rowOffsets();
    int[] columns = elements.columnIndices();
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
          double factor = factors.get(order == null ? p : order[p]);
          right.addScaledTo(factor, columns[p] * b.stride(0) + at, width, sums);
        }
        finish.row(sums, 0, width, row, at, to, (long) row * n + at);
      }
    }
  }

  static void spmmPacked(PackedInt8 a, Tensor b, Tensor c, Epilogue epilogue) {
    int n = b.dim(1);
    MemorySegment words = a.words().segment();
    MemorySegment values = a.values().segment();
    int wordsPerRow = a.words().dim(1);
    Cells scales = Cells.of(a.scales());
    Cells right = Cells.of(b);
    Cells to = Cells.of(c);
    var finish = new Finish(1, 0, epilogue);
    double[] sums = new double[Math.min(n, Cells.BLOCK)];
    for (int row = 0; row < a.rows(); row++) {
      for (int at = 0; at < n; at += Cells.BLOCK) {
        int width = Math.min(Cells.BLOCK, n - at);
        Arrays.fill(sums, 0);
        long p = a.rowOffsets()[row];
        for (int column = 0; column < a.columns(); column++) {
          long word = (long) row * wordsPerRow + column / PackedInt8.WORD;
          if ((words.getAtIndex(Elements.LONG, word) >>> column & 1) != 0) {
            double factor = scales.get(row) * values.get(ValueLayout.JAVA_BYTE, p++);
            right.addScaledTo(factor, column * b.stride(0) + at, width, sums);
          }
        }
        finish.row(sums, 0, width, row, at, to, (long) row * n + at);
      }
    }
  }

  static void sddmm(SparsePattern pattern, Tensor a, Tensor b, Tensor out) {
    CsrPattern elements = pattern.elements();
    int[] order = pattern.elementOrder();
    int[] offsets = elements.rowOffsets();
    int[] columns = elements.columnIndices();
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
        to.set(order == null ? p : order[p], right.dot(columns[p] * b.stride(0), n, rowOfA));
      }
    }
  }
}
