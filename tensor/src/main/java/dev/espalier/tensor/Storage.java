package dev.espalier.tensor;

import dev.espalier.tensor.spi.Buffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A reference-counted block of device memory that several tensors (views) may share.
 *
 * <p>The count is one per open tensor plus one per kernel that is using the block, so that closing
 * a tensor on one thread never frees memory that a kernel on another is reading. At zero the buffer
 * returns to its allocator.
 */
final class Storage {
  private final Buffer buffer;
  private final Device device;
  private final LiveStorages.Entry entry;
  private final AtomicInteger references = new AtomicInteger(1);
  private volatile int version;

  Storage(Buffer buffer, Device device, String holder, DType dtype, Shape shape) {
    this.buffer = buffer;
    this.device = device;
    this.entry = LiveStorages.add(device, holder, dtype, shape, buffer.byteSize());
  }

  Buffer buffer() {
    return buffer;
  }

  Device device() {
    return device;
  }

  int references() {
    return references.get();
  }

  /** Counts in-place writes, so that a saved tensor can tell that it was changed. */
  int version() {
    return version;
  }

  @SuppressWarnings(
      "NonAtomicVolatileUpdate") // a lost increment between racing writers still changes the number
  void touched() {
    version++;
  }

  /** Adds a reference; false if the storage was already freed. */
  boolean tryRetain() {
    while (true) {
      int count = references.get();
      if (count == 0) {
        return false;
      }
      if (references.compareAndSet(count, count + 1)) {
        return true;
      }
    }
  }

  void release() {
    int count = references.decrementAndGet();
    if (count == 0) {
      LiveStorages.remove(entry);
      buffer.release();
    } else if (count < 0) {
      throw new AssertionError("storage released more often than retained");
    }
  }
}
