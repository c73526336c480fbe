package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What happens to a finished element (i, j) of a product: {@code relu(c + rowBias[i] +
 * columnBias[j])}, each part optional.
 *
 * @param rowBias one contiguous value per row, or null
 * @param rowBiasOffset first value, in elements
 * @param columnBias one contiguous value per column, or null
 * @param columnBiasOffset first value, in elements
 * @param relu whether {@code max(0, ·)} follows; NaN stays NaN
 */
public record TileEpilogue(
    MemorySegment rowBias,
    long rowBiasOffset,
    MemorySegment columnBias,
    long columnBiasOffset,
    boolean relu) {
  /** Nothing. */
  public static final TileEpilogue NONE = new TileEpilogue(null, 0, null, 0, false);

  /** From the first element of each bias on. */
  static TileEpilogue of(MemorySegment rowBias, MemorySegment columnBias, boolean relu) {
    return rowBias == null && columnBias == null && !relu
        ? NONE
        : new TileEpilogue(rowBias, 0, columnBias, 0, relu);
  }

  boolean isNone() {
    return rowBias == null && columnBias == null && !relu;
  }

  float rowBias(long row) {
    return rowBias == null ? 0 : rowBias.getAtIndex(ValueLayout.JAVA_FLOAT, rowBiasOffset + row);
  }

  float columnBias(long column) {
    return columnBias == null
        ? 0
        : columnBias.getAtIndex(ValueLayout.JAVA_FLOAT, columnBiasOffset + column);
  }

  float apply(float value, long row, long column) {
    float biased = value + rowBias(row) + columnBias(column);
    return relu ? Math.max(biased, 0) : biased;
  }

  /** The same for a product whose row 0 is row {@code row} here. */
  TileEpilogue fromRow(long row) {
    return row == 0 || rowBias == null
        ? this
        : new TileEpilogue(rowBias, rowBiasOffset + row, columnBias, columnBiasOffset, relu);
  }

  /** The same for a product whose column 0 is column {@code column} here. */
  TileEpilogue fromColumn(long column) {
    return new TileEpilogue(rowBias, rowBiasOffset, columnBias, columnBiasOffset + column, relu);
  }

  TileEpilogue transposed() {
    return new TileEpilogue(columnBias, columnBiasOffset, rowBias, rowBiasOffset, relu);
  }
}
