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
  private final ConcurrentHashMap<Layout, ConvIndex> forward = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Layout, ConvIndex> gradInput = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Layout, ConvIndex> gradInputBlocks = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Layout, Double> gradInputPadding = new ConcurrentHashMap<>();

  /**
   * What a plan depends on besides the pattern.
   *
   * @param piece elements of the pieces of planes that are shifted for each tap, or 0
   * @param channels of a block of the input gradient, or 0
   */
  private record Layout(ConvPlan.Geometry geometry, int piece, int channels) {
    static Layout of(ConvPlan.Geometry geometry) {
      return new Layout(geometry, 0, 0);
    }
  }

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
    return forward.computeIfAbsent(
        Layout.of(geometry), key -> ConvIndex.of(ConvPlan.forward(rows, geometry)));
  }

  /** As {@link #forward}, in planes shifted for each tap. */
  ConvIndex forwardShifted(ConvPlan.Geometry geometry, int piece) {
    return forward.computeIfAbsent(
        new Layout(geometry, piece, 0),
        key -> ConvIndex.of(ConvPlan.forwardShifted(rows, geometry, piece)));
  }

  /** The rows and places of the input gradient of a convolution with that weight. */
  static ConvIndex gradInput(SparsePattern pattern, ConvPlan.Geometry geometry) {
    return of(pattern)
        .gradInput
        .computeIfAbsent(
            Layout.of(geometry),
            key ->
                ConvIndex.of(
                    ConvPlan.gradInput(pattern.elements(), pattern.elementOrder(), geometry)));
  }

  /**
   * The same in blocks of that many input channels.
   *
   * @param piece elements of the pieces of planes that are shifted for each tap, or 0
   */
  ConvIndex gradInputBlocks(ConvPlan.Geometry geometry, int channels, int piece) {
    return gradInputBlocks.computeIfAbsent(
        new Layout(geometry, piece, channels),
        key -> ConvIndex.of(GradInputBlocks.plan(rows, geometry, channels, piece)));
  }

  /** How many values {@link #gradInputBlocks} has for each stored one. */
  double gradInputPadding(ConvPlan.Geometry geometry, int channels) {
    return gradInputPadding.computeIfAbsent(
        new Layout(geometry, 0, channels),
        key ->
            rows.values() == 0
                ? 1
                : (double) GradInputBlocks.values(rows, geometry, channels) / rows.values());
  }
}
