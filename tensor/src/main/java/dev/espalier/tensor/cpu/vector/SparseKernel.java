package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/** The inner loop of a sparse matrix times a dense panel. */
interface SparseKernel {
  /**
   * Fewest vectors per row of a panel that {@link #run} takes; it also takes twice as many, up to
   * four.
   */
  int leastVectors();

  /**
   * Stores the products of block rows {@code [begin, end)}, {@code vectors} vectors per row, the
   * first row at {@code outOffset}. Offsets and pitches are in bytes.
   */
  void run(
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
