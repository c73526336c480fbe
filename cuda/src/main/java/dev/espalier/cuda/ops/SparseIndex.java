package dev.espalier.cuda.ops;

import dev.espalier.tensor.sparse.SparsePattern;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The arrays that kernels read to walk stored rows, made once and kept with the pattern. Their
 * copies on a device are found by the identity of these arrays.
 */
final class SparseIndex {
  /** Matrix columns below this fit 16 bits. */
  private static final int NARROW = 1 << 16;

  private final StoredRows rows;
  private final int[] order;
  private final short[] narrow;
  private final ConcurrentHashMap<Integer, Chunks> chunks = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<ConvPlan.Geometry, ConvIndex> forward = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<ConvPlan.Geometry, ConvIndex> gradInput =
      new ConcurrentHashMap<>();

  /** A plan and the index of its rows. */
  record ConvIndex(ConvPlan plan, SparseIndex index) {
    static ConvIndex of(ConvPlan plan) {
      return new ConvIndex(plan, new SparseIndex(plan.index(), Integer.MAX_VALUE));
    }
  }

  private SparseIndex(StoredRows rows, int columns) {
    this.rows = rows;
    this.order = RowOrder.byDescendingLength(rows.offsets());
    this.narrow = rows.isScalar() && columns <= NARROW ? packed(rows.columns()) : null;
  }

  /** The index of a pattern. */
  static SparseIndex of(SparsePattern pattern) {
    return pattern
        .derived()
        .get(SparseIndex.class, () -> new SparseIndex(StoredRows.of(pattern), pattern.columns()));
  }

  private static short[] packed(int[] numbers) {
    short[] shorts = new short[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      shorts[i] = (short) numbers[i];
    }
    return shorts;
  }

  StoredRows rows() {
    return rows;
  }

  /** The rows in the order in which products take them. */
  int[] order() {
    return order;
  }

  /** The columns in 16 bits where they fit and are of single elements, else in 32. */
  Object columns() {
    return narrow == null ? rows.columns() : narrow;
  }

  /** The name of the type of {@link #columns} in kernels' names. */
  String columnType() {
    return narrow == null ? "u32" : "u16";
  }

  Chunks chunks(int length) {
    return chunks.computeIfAbsent(length, most -> Chunks.of(rows.offsets(), most));
  }

  /** The places of a convolution with these stored rows as its weight. */
  ConvIndex forward(ConvPlan.Geometry geometry) {
    return forward.computeIfAbsent(geometry, g -> ConvIndex.of(ConvPlan.forward(rows, g)));
  }

  /** The rows and places of the input gradient of a convolution with that weight. */
  static ConvIndex gradInput(SparsePattern pattern, ConvPlan.Geometry geometry) {
    return of(pattern)
        .gradInput
        .computeIfAbsent(
            geometry,
            g -> ConvIndex.of(ConvPlan.gradInput(pattern.elements(), pattern.elementOrder(), g)));
  }
}
