package dev.espalier.cuda.memory;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.driver.Event;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * Copies between pageable host memory and the device through page-locked chunks: while the device
 * moves one chunk the processor fills or empties another.
 *
 * <p>A copy to the device returns when the source has been read; the device may still be busy with
 * the last chunks, beside whatever the host does next.
 */
public final class Staging implements AutoCloseable {
  private static final long CHUNK_BYTES = 4L << 20;
  private static final int CHUNKS = 4;

  private record Chunk(MemorySegment memory, Event free) {}

  private final Driver driver;
  private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
  private int made;

  /** Locks no memory yet. */
  public Staging(Driver driver) {
    this.driver = driver;
  }

  /** Issues the copy of all of {@code source}, which may be changed after the return. */
  public void toDevice(MemorySegment source, DevicePointer target, OrderedStream stream) {
    for (long at = 0; at < source.byteSize(); at += CHUNK_BYTES) {
      long bytes = Math.min(CHUNK_BYTES, source.byteSize() - at);
      Chunk chunk = take();
      try {
        MemorySegment part = chunk.memory.asSlice(0, bytes);
        part.copyFrom(source.asSlice(at, bytes));
        stream.copyToDevice(part, target.plus(at));
        stream.record(chunk.free);
      } finally {
        put(chunk);
      }
    }
  }

  /** Fills all of {@code target} and returns when it is filled. */
  public void toHost(DevicePointer source, MemorySegment target, OrderedStream stream) {
    var moving = new ArrayDeque<Chunk>();
    try {
      long emptied = 0;
      for (long at = 0; at < target.byteSize(); at += CHUNK_BYTES) {
        long bytes = Math.min(CHUNK_BYTES, target.byteSize() - at);
        Chunk chunk = take();
        moving.add(chunk);
        stream.copyToHost(source.plus(at), chunk.memory.asSlice(0, bytes));
        stream.record(chunk.free);
        if (moving.size() == 2) {
          emptied = empty(moving, target, emptied);
        }
      }
      while (!moving.isEmpty()) {
        emptied = empty(moving, target, emptied);
      }
    } finally {
      moving.forEach(this::put);
    }
  }

  private long empty(ArrayDeque<Chunk> moving, MemorySegment target, long at) {
    Chunk chunk = moving.getFirst();
    chunk.free.synchronize();
    long bytes = Math.min(CHUNK_BYTES, target.byteSize() - at);
    MemorySegment.copy(chunk.memory, 0, target, at, bytes);
    put(moving.removeFirst());
    return at + bytes;
  }

  /** A chunk that no copy is using: a free one, a new one while there are few, or the oldest. */
  private Chunk take() {
    Chunk chunk;
    synchronized (this) {
      chunk = chunks.peekFirst();
      if (chunk == null || (made < CHUNKS && !chunk.free.isReached())) {
        chunk = new Chunk(driver.allocateHost(CHUNK_BYTES), driver.openEvent());
        made++;
        return chunk;
      }
      chunks.removeFirst();
    }
    chunk.free.synchronize();
    return chunk;
  }

  private synchronized void put(Chunk chunk) {
    chunks.addLast(chunk);
  }

  @Override
  public synchronized void close() {
    for (Chunk chunk : chunks) {
      chunk.free.synchronize();
      chunk.free.close();
      driver.freeHost(chunk.memory);
    }
    chunks.clear();
    made = 0;
  }
}
