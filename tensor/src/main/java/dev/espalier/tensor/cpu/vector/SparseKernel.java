package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/** The inner loop of a sparse matrix times a dense panel. */
interface SparseKernel {
  /**
   * Fewest vectors per row of a panel that {@link #run} takes; it also takes twice as many, up to
   * four.
   */
  int leastVectors();

  /** How many blocks the matrix's columns come in; each is a {@link #run}. */
  default int columnBlocks() {
    return 1;
  }

  /**
   * Stores the products of block rows {@code [begin, end)}, {@code vectors} vectors per row, the
   * first row at {@code outOffset}; adds them there for all column blocks but the first. Offsets
   * and pitches are in bytes.
   */
  void run(
      int columnBlock,
      int begin,
      int end,
      int vectors,
      MemorySegment panel,
      long panelOffset,
      long panelPitch,
      MemorySegment out,
      long outOffset,
      long outPitch);
}
