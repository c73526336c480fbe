package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What follows from a convolution's geometry alone, kept for the next convolution of that geometry:
 * a network has few, and runs them again and again.
 *
 * @param tapRows input row of each tap at output row 0
 * @param tapColumns input column of each tap at output column 0
 */
record ConvTable(ConvGeometry geometry, int[] tapRows, int[] tapColumns, List<StridePhase> phases) {
  /** Geometries that are known at a time, a power of two; one that is forgotten costs little. */
  private static final int MOST = 256;

  private static final AtomicReferenceArray<ConvTable> KNOWN = new AtomicReferenceArray<>(MOST);

  static ConvTable of(ConvGeometry geometry) {
    int hash = geometry.hashCode();
    int at = (hash ^ hash >>> 16) & (MOST - 1);
    ConvTable known = KNOWN.get(at);
    if (known == null || !known.geometry.equals(geometry)) {
      known = make(geometry);
      KNOWN.set(at, known);
    }
    return known;
  }

  private static ConvTable make(ConvGeometry g) {
    int[] rows = new int[g.taps()];
    int[] columns = new int[g.taps()];
    for (int tap = 0; tap < g.taps(); tap++) {
      rows[tap] = g.rowOffset(tap / g.kernelW());
      columns[tap] = g.columnOffset(tap % g.kernelW());
    }
    return new ConvTable(g, rows, columns, StridePhase.all(g));
  }
}
