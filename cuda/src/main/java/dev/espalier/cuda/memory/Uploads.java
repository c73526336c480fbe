package dev.espalier.cuda.memory;

import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Driver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Constant arrays of the host (a pattern's indices, a mask's words) on the device: copied at first
 * use and kept as long as the array itself is reachable.
 *
 * <p>An array is known by identity and must not be written after its first use.
 */
public final class Uploads implements AutoCloseable {
  /** An array, by identity, that the map does not keep alive. */
  private static final class Key extends WeakReference<Object> {
    private final int hash;

    Key(Object array, ReferenceQueue<Object> queue) {
      super(array, queue);
      hash = System.identityHashCode(array);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return this == other || (other instanceof Key key && get() != null && get() == key.get());
    }
  }

  private final DeviceAllocator allocator;
  private final CommandStream stream;
  private final OrderedStream owner;
  private final ReferenceQueue<Object> unreachable = new ReferenceQueue<>();
  private final Map<Key, DeviceBuffer> known = new HashMap<>();
  private List<Object> needed;

  /** Copies nothing yet. */
  public Uploads(Driver driver, DeviceAllocator allocator) {
    this.allocator = allocator;
    owner = new OrderedStream(driver);
    stream = owner;
  }

  /**
   * The device's copy of an array of bytes, shorts, ints, longs, floats or doubles, for any stream.
   *
   * @throws dev.espalier.tensor.OutOfTensorMemoryException if the device is full
   */
  public synchronized DevicePointer of(Object array) {
    if (needed != null) {
      needed.add(array);
    }
    try {
      DeviceBuffer there = known.get(new Key(array, null));
      if (there == null) {
        release();
        there = upload(array);
        known.put(new Key(array, unreachable), there);
      }
      return there.pointer();
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  private DeviceBuffer upload(Object array) {
    MemorySegment heap = segment(array);
    DeviceBuffer block =
        allocator.allocate(heap.byteSize(), array.getClass().getSimpleName() + " indices", owner);
    if (heap.byteSize() > 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment copy = arena.allocate(heap.byteSize(), 64).copyFrom(heap);
        stream.copyToDevice(copy, block.pointer());
        stream.synchronize(); // now every stream may read it, and the host copy may go
      } catch (RuntimeException e) {
        block.release();
        throw e;
      }
    }
    return block;
  }

  private static MemorySegment segment(Object array) {
    return switch (array) {
      case byte[] bytes -> MemorySegment.ofArray(bytes);
      case short[] shorts -> MemorySegment.ofArray(shorts);
      case int[] ints -> MemorySegment.ofArray(ints);
      case long[] longs -> MemorySegment.ofArray(longs);
      case float[] floats -> MemorySegment.ofArray(floats);
      case double[] doubles -> MemorySegment.ofArray(doubles);
      default ->
          throw new IllegalArgumentException(
              "upload: takes an array of numbers, not " + array.getClass().getSimpleName());
    };
  }

  private void release() {
    for (Reference<?> gone = unreachable.poll(); gone != null; gone = unreachable.poll()) {
      allocator.freeAfterAll(known.remove(gone));
    }
  }

  /** Starts to list the arrays asked for; a captured step keeps them. */
  synchronized void beginCapture() {
    needed = new ArrayList<>();
  }

  /** Ends {@link #beginCapture} with what was asked for since. */
  synchronized List<Object> endCapture() {
    List<Object> arrays = needed;
    needed = null;
    return arrays;
  }

  /** Frees all copies. */
  @Override
  public synchronized void close() {
    List<Runnable> steps = new ArrayList<>();
    known.values().forEach(block -> steps.add(() -> allocator.freeAfterAll(block)));
    known.clear();
    steps.add(owner::close);
    Closing.all(steps);
  }
}
