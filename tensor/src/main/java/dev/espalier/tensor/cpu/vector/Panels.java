package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Memory for the packed operand that the loops of matrix products read, and for partial sums: a
 * fixed number of slots in one constant segment.
 *
 * <p>The inner loops of sparse products load from a place that only the data knows. The compiler
 * drops the range check of such a load only if it can prove it from the types alone: here the
 * segment and so its length is a constant, and the place is a masked integer. That doubles the
 * speed of the loops, and makes it independent of what else the process has run.
 */
final class Panels {
  private static final int SLOT_SHIFT = 20;

  /** Bytes of a slot. */
  static final int SLOT_BYTES = 1 << SLOT_SHIFT;

  /** What lies before the panel in a slot: the vectors that rows of the result start from. */
  static final int HEADER_BYTES = 8 * 64;

  /** Bytes of a panel; behind it lies slack for vectors that begin at its last byte. */
  static final int PANEL_BYTES = SLOT_BYTES / 4;

  /** Any place in the panel, as the loops mask it. */
  static final int PLACE_MASK = PANEL_BYTES - 1;

  /** Where in a slot the vectors of partial sums lie. */
  static final int PARTIALS = SLOT_BYTES / 2;

  /** How many there are, a power of two. */
  static final int PARTIAL_COUNT = (SLOT_BYTES - PARTIALS) / (int) Lanes.BYTES;

  /** Any place in a slot of which a dense product makes its strip. */
  static final int STRIP_MASK = SLOT_BYTES - 1;

  /**
   * As {@link #STRIP_MASK} for a single float, whose place the compiler must know to be aligned.
   */
  static final int FLOAT_MASK = SLOT_BYTES - Float.BYTES;

  /** How many slots there are, a power of two. */
  static final int SLOTS =
      Integer.highestOneBit(Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 512)) * 2;

  /** Room for vectors that begin at the last byte of the last slot. */
  private static final int SLACK = 4096;

  private static final int SLOT_MASK = SLOTS - 1;

  /** Any place in the memory. */
  static final int MEMORY_MASK = (int) (((long) SLOTS << SLOT_SHIFT) - 1);

  static final MemorySegment MEMORY =
      Arena.global().allocate(((long) SLOTS << SLOT_SHIFT) + SLACK, 4096);

  private static final Semaphore FREE = new Semaphore(SLOTS);
  private static final AtomicLongArray TAKEN = new AtomicLongArray((SLOTS + 63) / 64);

  private Panels() {}

  /**
   * A slot for the calling thread; waits while all are taken. Its holder must not wait for another.
   */
  static int acquire() {
    FREE.acquireUninterruptibly();
    while (true) {
      for (int word = 0; word < TAKEN.length(); word++) {
        long taken = TAKEN.get(word);
        int bit = Long.numberOfTrailingZeros(~taken);
        int slot = word * 64 + bit;
        if (bit < 64 && slot < SLOTS && TAKEN.compareAndSet(word, taken, taken | 1L << bit)) {
          return slot;
        }
      }
    }
  }

  static void release(int slot) {
    long taken;
    do {
      taken = TAKEN.get(slot / 64);
    } while (!TAKEN.compareAndSet(slot / 64, taken, taken & ~(1L << slot % 64)));
    FREE.release();
  }

  /** Where a slot's header lies; the compiler knows its range. */
  static int header(int slot) {
    return (slot & SLOT_MASK) << SLOT_SHIFT;
  }

  /** Where a slot's panel lies. */
  static int panel(int slot) {
    return header(slot) + HEADER_BYTES;
  }
}
