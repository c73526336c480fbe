package dev.espalier.tensor.spi;

import java.lang.foreign.MemorySegment;

/**
 * A block of memory on one device, handed out by a {@link Backend} and given back by {@link
 * #release()}.
 */
public interface Buffer {
  /** Usable size in bytes; at least what was asked for. */
  long byteSize();

  /**
   * The block as host memory, 64-byte aligned.
   *
   * @throws UnsupportedOperationException if the block is not host memory; copy the tensor to the
   *     CPU first
   */
  MemorySegment segment();

  /**
   * Gives the block back to its allocator. Called exactly once, when the last reference is gone.
   */
  void release();
}
