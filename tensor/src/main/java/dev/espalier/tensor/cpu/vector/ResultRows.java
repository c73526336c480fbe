package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/**
 * Where the loops of a sparse product put rows, and what rows begin and end with: one of each
 * {@link Scratch}, set anew for every panel.
 */
final class ResultRows {
  private MemorySegment data;
  private long offset;
  private long pitch;
  private boolean first;
  private boolean relu;
  private float[] rowBias;

  /**
   * Sets everything and returns this.
   *
   * @param offset of row 0, in bytes; it may lie before the segment if row 0 is not asked for
   * @param pitch from row to row, in bytes
   * @param first whether rows start from the slot's header and their bias rather than from what
   *     earlier blocks of columns left
   * @param relu whether negative sums become zero
   * @param rowBias one per row
   */
  ResultRows set(
      MemorySegment data, long offset, long pitch, boolean first, boolean relu, float[] rowBias) {
    this.data = data;
    this.offset = offset;
    this.pitch = pitch;
    this.first = first;
    this.relu = relu;
    this.rowBias = rowBias;
    return this;
  }

  MemorySegment data() {
    return data;
  }

  long offset() {
    return offset;
  }

  long pitch() {
    return pitch;
  }

  boolean first() {
    return first;
  }

  boolean relu() {
    return relu;
  }

  float[] rowBias() {
    return rowBias;
  }
}
