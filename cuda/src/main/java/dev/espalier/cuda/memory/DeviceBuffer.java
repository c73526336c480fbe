package dev.espalier.cuda.memory;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.tensor.spi.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A block of device memory.
 *
 * <p>It remembers every stream that has used it since it was handed out. A stream that comes to use
 * it first waits for the work issued to all others, so memory passes between threads, and from a
 * freed tensor to a new one, in the order of the program. The last user alone would not do: when it
 * came, another thread may have held the address for a launch that it had yet to issue.
 *
 * <p>Commands that are captured do not run, so they wait for nobody; each replay does.
 */
public final class DeviceBuffer implements Buffer, AutoCloseable {
  private final DeviceAllocator allocator;
  private final DevicePointer pointer;
  private final int sizeClass;
  private final long bytes;
  private BlockPool pool;
  private final List<OrderedStream> users = new ArrayList<>(1);
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
  public DevicePointer use(OrderedStream stream) {
    if (stream.isCapturing()) {
      stream.touch(this, generation());
    } else {
      join(stream);
    }
    return pointer;
  }

  private synchronized void join(OrderedStream stream) {
    if (!isOnlyOf(stream)) {
      followUsers(stream);
      if (!users.contains(stream)) {
        users.add(stream);
      }
    }
  }

  private void followUsers(OrderedStream stream) {
    for (OrderedStream user : users) {
      if (user != stream) {
        stream.follow(user);
      }
    }
  }

  /** The first use after the block was handed out, when nobody can launch for its former holder. */
  void beginWith(OrderedStream stream) {
    if (stream.isCapturing()) {
      use(stream); // the replays will wait for the former users
      return;
    }
    synchronized (this) {
      followUsers(stream);
      users.clear();
      users.add(stream);
    }
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

  /** Whether the stream need wait for nobody. */
  synchronized boolean isOnlyOf(OrderedStream stream) {
    return users.size() == 1 && users.getFirst() == stream;
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
