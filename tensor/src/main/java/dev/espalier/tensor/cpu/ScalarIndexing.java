package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;

/** Gathering and scattering of rows and elements. */
final class ScalarIndexing {
  private ScalarIndexing() {}

  private static long indexAt(MemorySegment index, long k) {
    return index.getAtIndex(Elements.LONG, k);
  }

  static void gatherRows(Tensor x, Tensor index, Tensor out) {
    int width = x.dim(1);
    int bytes = x.dtype().bytes();
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    MemorySegment rows = index.segment();
    for (long k = 0; k < index.size(); k++) {
      ScalarMove.copyRow(
          bytes, from, indexAt(rows, k) * x.stride(0), x.stride(1), to, k * width, 1, width);
    }
  }

  static void scatterAddRows(Tensor source, Tensor index, Tensor out) {
    int width = out.dim(1);
    Cells from = Cells.of(source);
    Cells to = Cells.of(out);
    MemorySegment rows = index.segment();
    double[] added = new double[width];
    double[] row = new double[width];
    for (long k = 0; k < index.size(); k++) {
      from.read(k * source.stride(0), source.stride(1), width, added, 0);
      long start = indexAt(rows, k) * width;
      to.read(start, width, row);
      for (int i = 0; i < width; i++) {
        row[i] += added[i];
      }
      to.write(start, width, row);
    }
  }

  static void pick(Tensor x, Tensor index, Tensor out) {
    Cells from = Cells.of(x);
    Cells to = Cells.of(out);
    MemorySegment columns = index.segment();
    for (long r = 0; r < index.size(); r++) {
      to.set(r, from.get(r * x.stride(0) + indexAt(columns, r) * x.stride(1)));
    }
  }

  static void unpick(Tensor source, Tensor index, Tensor out) {
    Cells from = Cells.of(source);
    Cells to = Cells.of(out);
    MemorySegment columns = index.segment();
    ScalarMove.fill(out, 0);
    for (long r = 0; r < index.size(); r++) {
      to.set(r * out.dim(1) + indexAt(columns, r), from.get(r * source.stride(0)));
    }
  }

  static void gatherElements(Tensor dense, int[] positions, Tensor values) {
    Cells from = Cells.of(dense);
    Cells to = Cells.of(values);
    for (int p = 0; p < positions.length; p++) {
      to.set(p, from.get(positions[p]));
    }
  }

  static void scatterElements(Tensor values, int[] positions, Tensor dense) {
    Cells from = Cells.of(values);
    Cells to = Cells.of(dense);
    ScalarMove.fill(dense, 0);
    for (int p = 0; p < positions.length; p++) {
      to.set(positions[p], from.get(p));
    }
  }
}
