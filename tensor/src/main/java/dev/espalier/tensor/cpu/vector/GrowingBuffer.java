package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Off-heap memory that is kept for the next use and replaced by more when that needs it. */
final class GrowingBuffer {
  private static final int ALIGNMENT = 64;

  private Arena arena;
  private MemorySegment segment = MemorySegment.NULL;

  /**
   * At least {@code count} floats with undefined contents; what an earlier call gave is invalid.
   */
  MemorySegment floats(long count) {
    long bytes = count * Float.BYTES;
    if (segment.byteSize() < bytes) {
      long size = Math.max(bytes, 2 * segment.byteSize());
      segment = MemorySegment.NULL;
      if (arena != null) {
        arena.close();
      }
      arena = Arena.ofShared();
      segment = arena.allocate(size, ALIGNMENT);
    }
    return segment;
  }
}
