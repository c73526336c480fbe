package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

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

  private static final ThreadLocal<Map<Block, MemorySegment>> OWN =
      ThreadLocal.withInitial(() -> new EnumMap<>(Block.class));

  /** This thread's block; what it holds lasts until its next use on this thread. */
  MemorySegment own() {
    return OWN.get()
        .computeIfAbsent(this, _ -> Arena.ofAuto().allocate((long) LENGTH * Float.BYTES, 64));
  }
}
