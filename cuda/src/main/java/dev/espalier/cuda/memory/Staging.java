package dev.espalier.cuda.memory;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

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

  /** Page-locked memory and the stream whose copies use it until an event. */
  private static final class Chunk {
    private final MemorySegment memory;
    private final Event free;
    private OrderedStream user;

    Chunk(Driver driver) {
      memory = driver.allocateHost(CHUNK_BYTES);
      free = driver.openEvent();
    }

    void occupy(OrderedStream stream) {
      user = stream;
      stream.record(free);
    }

    /**
     * Returns when no copy uses the chunk.
     *
     * @throws DriverException the stream's own if it failed, which names the launches before
     */
    void await() {
      try {
        free.synchronize();
      } catch (DriverException e) {
        if (user != null) {
          user.finish();
        }
        throw e;
      }
    }

    void close(Driver driver) {
      Closing.all(List.of(free::synchronize, free::close, () -> driver.freeHost(memory)));
    }
  }

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
        chunk.occupy(stream);
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
        chunk.occupy(stream);
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
    chunk.await();
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
        chunk = new Chunk(driver);
        made++;
        return chunk;
      }
      chunks.removeFirst();
    }
    try {
      chunk.await();
    } catch (DriverException e) {
      put(chunk);
      throw e;
    }
    return chunk;
  }

  private synchronized void put(Chunk chunk) {
    chunks.addLast(chunk);
  }

  @Override
  public synchronized void close() {
    List<Runnable> steps = new ArrayList<>();
    chunks.forEach(chunk -> steps.add(() -> chunk.close(driver)));
    chunks.clear();
    made = 0;
    Closing.all(steps);
  }
}
