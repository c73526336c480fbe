package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The scratch blocks of a thread, small enough to stay in the first-level cache between two uses.
 */
enum Block {
  /** Between the two passes of a {@link TwoPassMap}. */
  PASSES,
  /** Between derivative and product of {@link DerivativeTimes}. */
  SLOPES,
  /** A broadcast left operand. */
  LEFT,
  /** A broadcast right operand. */
  RIGHT;

  /** Floats in a block. */
  static final int LENGTH = 2048;

  private static final long BYTES = (long) LENGTH * Float.BYTES;

  private static final ThreadLocal<MemorySegment> OWN =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(values().length * BYTES, 64));

  /** This thread's block; what it holds lasts until its next use on this thread. */
  MemorySegment own() {
    return OWN.get().asSlice(ordinal() * BYTES, BYTES);
  }
}
