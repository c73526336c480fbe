package dev.espalier.cuda.memory;

import dev.espalier.cuda.driver.DeviceMemory;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.driver.OutOfDeviceMemoryException;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.OutOfTensorMemoryException;
import dev.espalier.tensor.spi.SizeClasses;
import java.util.ArrayList;
import java.util.List;

/**
 * The caching allocator of one device's memory, in the size classes of the host's.
 *
 * <p>The driver frees memory only after all work issued before, which stalls a device; so freed
 * blocks are kept and handed out again. A block goes back to the only stream that used it at once,
 * as work on one stream runs in order; another stream first waits for all that did. When the device
 * is full the cache is given back, then unreachable tensors are collected, and only then allocation
 * fails.
 */
public final class DeviceAllocator implements AutoCloseable {
  /** How blocks are made and kept. */
  public enum Mode {
    /** Freed blocks are kept in size classes. */
    CACHED,
    /**
     * Each block is as long as was asked for and freed when it comes back: slow, but a checked
     * device sees every access out of bounds, after the end and before the first write.
     */
    EXACT
  }

  private final Driver driver;
  private final Device device;
  private final Mode mode;
  private final BlockPool pool = new BlockPool();
  private final Object turn = new Object();
  private long inUse;
  private long cached;
  private long peak;
  private long allocations;
  private long hits;
  private int blocksInUse;
  private boolean capturing;
  private final List<DevicePointer> afterCapture = new ArrayList<>();
  private boolean closed;

  /** Reserves nothing yet. */
  public DeviceAllocator(Driver driver, Device device, Mode mode) {
    this.driver = driver;
    this.device = device;
    this.mode = mode;
  }

  /**
   * A block whose contents are undefined.
   *
   * @param bytes 0 or more
   * @param what whom the block is for, for the message of a failure
   * @param stream the stream that will use the block first
   * @throws OutOfTensorMemoryException if the device is full, with who holds what
   */
  public DeviceBuffer allocate(long bytes, String what, OrderedStream stream) {
    return allocate(bytes, what, stream, pool);
  }

  DeviceBuffer allocate(long bytes, String what, OrderedStream stream, BlockPool from) {
    DeviceBuffer block = tryAllocate(bytes, stream, from);
    if (block == null) {
      trim();
      block = tryAllocate(bytes, stream, from);
    }
    if (block == null) {
      Memory.collectUnreachable();
      trim();
      block = tryAllocate(bytes, stream, from);
    }
    if (block == null) {
      throw new OutOfTensorMemoryException(failure(bytes, what));
    }
    try {
      block.beginWith(stream);
    } catch (RuntimeException e) {
      putBack(block);
      throw e;
    }
    return block;
  }

  /**
   * Issues commands on memory that threads share without knowing: a library's workspace, which a
   * captured step may use as well. From the first {@link DeviceBuffer#use} to the last command
   * nobody else's come between.
   */
  public void inTurn(Runnable issue) {
    synchronized (turn) {
      issue.run();
    }
  }

  private String failure(long bytes, String what) {
    DeviceMemory memory = driver.memory();
    Memory.Stats mine = stats();
    long others = memory.totalBytes() - memory.freeBytes() - mine.bytesInUse() - mine.bytesCached();
    return ("allocating %,d bytes of %s for %s failed: the device has %,d bytes, %,d of them free;"
            + " this program uses %,d and other programs and the driver %,d. Close tensors earlier"
            + " (Scope), use a smaller batch, or stop what else runs on the device. The largest"
            + " holders here are:%n%s")
        .formatted(
            bytes,
            device,
            what,
            memory.totalBytes(),
            memory.freeBytes(),
            mine.bytesInUse(),
            Math.max(0, others),
            Memory.holders(device, 8).indent(2).stripTrailing());
  }

  /** A block, or null if the device is full. */
  private synchronized DeviceBuffer tryAllocate(long bytes, OrderedStream stream, BlockPool from) {
    if (closed) {
      throw new IllegalStateException("allocate: device " + device + " was closed");
    }
    int sizeClass = SizeClasses.indexOf(bytes);
    if (sizeClass >= SizeClasses.COUNT) {
      return null; // larger than any device's memory
    }
    long size = mode == Mode.EXACT ? Math.max(1, bytes) : SizeClasses.bytesOf(sizeClass);
    DeviceBuffer block = mode == Mode.EXACT ? null : from.take(sizeClass, stream);
    if (block != null) {
      cached -= size;
      hits++;
    } else {
      DevicePointer pointer;
      try {
        pointer = driver.allocate(size);
      } catch (OutOfDeviceMemoryException _) {
        return null; // the caller frees what it can, tries again, and reports
      }
      block = new DeviceBuffer(this, from, pointer, sizeClass, size);
    }
    block.turn();
    allocations++;
    blocksInUse++;
    inUse += size;
    peak = Math.max(peak, inUse);
    return block;
  }

  synchronized void putBack(DeviceBuffer block) {
    if (closed) {
      return; // the driver has taken everything back
    }
    block.turn();
    blocksInUse--;
    inUse -= block.byteSize();
    if (mode == Mode.EXACT && block.pool() == pool) {
      free(block.pointer());
    } else {
      cached += block.byteSize();
      block.pool().put(block);
    }
  }

  /** Frees a block that several streams may be using still. */
  synchronized void freeAfterAll(DeviceBuffer block) {
    if (!closed) {
      block.turn();
      blocksInUse--;
      inUse -= block.byteSize();
      free(block.pointer());
    }
  }

  /** Frees memory, which no stream may do while it is captured. */
  private void free(DevicePointer pointer) {
    if (capturing) {
      afterCapture.add(pointer);
    } else {
      driver.free(pointer);
    }
  }

  /** From now on memory is freed at {@link #endCapture}. */
  synchronized void beginCapture() {
    capturing = true;
  }

  synchronized void endCapture() {
    capturing = false;
    afterCapture.forEach(driver::free);
    afterCapture.clear();
  }

  /** A private pool, from whose blocks nobody else is served until it is closed. */
  BlockPool openPool() {
    return new BlockPool();
  }

  synchronized void closePool(BlockPool other) {
    if (mode == Mode.EXACT) {
      cached -= freeAll(other);
    }
    other.closeInto(pool);
  }

  /** Gives cached blocks back to the driver and returns how many bytes that were. */
  public synchronized long trim() {
    if (capturing) {
      return 0;
    }
    long freed = freeAll(pool);
    cached -= freed;
    return freed;
  }

  private long freeAll(BlockPool from) {
    long freed = 0;
    for (DeviceBuffer block : from.drain()) {
      free(block.pointer());
      freed += block.byteSize();
    }
    return freed;
  }

  /** A snapshot of this device's allocator; {@code liveStorages} counts its blocks in use. */
  public synchronized Memory.Stats stats() {
    return new Memory.Stats(inUse, cached, peak, allocations, hits, blocksInUse);
  }

  /**
   * What has not been given back, one line for each kind of holder; empty if there is nothing.
   *
   * <p>Memory that is no tensor's (index arrays of patterns that are still reachable) is counted in
   * the first line alone.
   */
  public List<String> leaks() {
    Memory.Stats now = stats();
    List<String> lines = new ArrayList<>();
    if (now.liveStorages() > 0) {
      lines.add(
          "%,d bytes in %d blocks of %s are in use"
              .formatted(now.bytesInUse(), now.liveStorages(), device));
      Memory.holders(device, Integer.MAX_VALUE).lines().map(String::strip).forEach(lines::add);
    }
    return lines;
  }

  /** Frees the cache; blocks still in use go down with the driver. */
  @Override
  public synchronized void close() {
    if (!closed) {
      try {
        trim();
      } finally {
        closed = true;
      }
    }
  }
}
