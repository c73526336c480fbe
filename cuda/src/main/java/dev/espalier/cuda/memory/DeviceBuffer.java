package dev.espalier.cuda.memory;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.tensor.spi.Buffer;
import java.lang.foreign.MemorySegment;

/**
 * A block of device memory.
 *
 * <p>It remembers the stream that used it last. When another stream comes to use it, that one first
 * waits for the work issued to the former, so memory passes between threads, and from a freed
 * tensor to a new one, in the order of the program.
 */
public final class DeviceBuffer implements Buffer, AutoCloseable {
  private final DeviceAllocator allocator;
  private final DevicePointer pointer;
  private final int sizeClass;
  private final long bytes;
  private BlockPool pool;
  private OrderedStream user;
  private long handedOut;

  DeviceBuffer(
      DeviceAllocator allocator, BlockPool pool, DevicePointer pointer, int sizeClass, long bytes) {
    this.allocator = allocator;
    this.pool = pool;
    this.pointer = pointer;
    this.sizeClass = sizeClass;
    this.bytes = bytes;
  }

  /** The address of the block for commands of a stream, which the calling thread owns. */
  public synchronized DevicePointer use(OrderedStream stream) {
    if (user != stream) {
      if (user != null) {
        stream.follow(user);
      }
      user = stream;
    }
    stream.touch(this);
    return pointer;
  }

  @Override
  public long byteSize() {
    return bytes;
  }

  @Override
  public MemorySegment segment() {
    throw new UnsupportedOperationException(
        "segment: the tensor lies in device memory; copy it to the CPU first, with to(Device.CPU)");
  }

  @Override
  public void release() {
    allocator.putBack(this);
  }

  /** {@link #release}, for blocks that are no tensor's. */
  @Override
  public void close() {
    release();
  }

  /** How often the block was handed out; another number means that it is somebody else's now. */
  synchronized long generation() {
    return handedOut;
  }

  /** Starts a new life as somebody's block, or ends one. */
  synchronized void turn() {
    handedOut++;
  }

  synchronized OrderedStream user() {
    return user;
  }

  DevicePointer pointer() {
    return pointer;
  }

  int sizeClass() {
    return sizeClass;
  }

  synchronized BlockPool pool() {
    return pool;
  }

  synchronized void moveTo(BlockPool target) {
    pool = target;
  }
}
