package dev.espalier.tensor;

import dev.espalier.tensor.spi.Buffer;
import dev.espalier.tensor.spi.SizeClasses;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * The caching allocator of host memory: off-heap blocks, 64-byte aligned, in size classes.
 *
 * <p>Blocks below 256 KiB are cut from slabs that live as long as the process; larger ones have an
 * arena of their own, so that {@link #trim()} can return them. A freed block goes to its class's
 * list and is the first to be reused, which keeps the figures of a training loop flat from its
 * second step on. At the limit the allocator first gives its cache back, then runs one collection
 * (off-heap pressure does not start one by itself, and unreachable tensors may still hold blocks),
 * and only then fails.
 */
final class HostAllocator {
  static final HostAllocator INSTANCE = new HostAllocator();

  private static final long SLAB_BYTES = 2L << 20;
  private static final long LARGEST_SLAB_BLOCK = 256L << 10;

  /** A block of one size class; {@code arena} is null for blocks cut from a slab. */
  private final class Block implements Buffer {
    private final MemorySegment segment;
    private final Arena arena;
    private final int sizeClass;

    Block(MemorySegment segment, Arena arena, int sizeClass) {
      this.segment = segment;
      this.arena = arena;
      this.sizeClass = sizeClass;
    }

    @Override
    public long byteSize() {
      return segment.byteSize();
    }

    @Override
    public MemorySegment segment() {
      return segment;
    }

    @Override
    public void release() {
      putBack(this);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private final ArrayDeque<Block>[] free = new ArrayDeque[SizeClasses.COUNT];

  private MemorySegment slab = MemorySegment.NULL;
  private long slabUsed;
  private long limit = defaultLimit();
  private long inUse;
  private long cached;
  private long peak;
  private long allocations;
  private long hits;

  private HostAllocator() {}

  private static long defaultLimit() {
    Long set = Long.getLong("espalier.memory.limit");
    return set != null ? set : Long.MAX_VALUE;
  }

  /** A block of at least {@code bytes}, contents undefined. */
  Buffer allocate(long bytes, DType dtype, Shape shape) {
    int sizeClass = SizeClasses.indexOf(bytes);
    Block block = tryAllocate(sizeClass);
    if (block == null) {
      trim();
      block = tryAllocate(sizeClass);
    }
    if (block == null) {
      LiveStorages.collectUnreachable();
      trim();
      block = tryAllocate(sizeClass);
    }
    if (block == null) {
      Stats now = usage();
      throw new OutOfTensorMemoryException(
          ("allocating %,d bytes for a %s tensor of shape %s failed: %,d bytes are in use, %,d"
               + " cached, the limit is %s. Close tensors earlier (Scope), use a smaller batch, or"
               + " raise -Despalier.memory.limit and -XX:MaxDirectMemorySize. The largest holders"
               + " are:%s")
              .formatted(
                  bytes,
                  dtype,
                  shape,
                  now.inUse(),
                  now.cached(),
                  limit() == Long.MAX_VALUE
                      ? "the JVM's direct-memory limit"
                      : "%,d bytes".formatted(limit()),
                  LiveStorages.report(Device.CPU, 8)));
    }
    return block;
  }

  private record Stats(long inUse, long cached) {}

  private synchronized Stats usage() {
    return new Stats(inUse, cached);
  }

  private synchronized Block tryAllocate(int sizeClass) {
    if (sizeClass >= SizeClasses.COUNT) {
      return null; // larger than any machine's memory
    }
    ArrayDeque<Block> list = free[sizeClass];
    long bytes = SizeClasses.bytesOf(sizeClass);
    Block block = list == null ? null : list.pollFirst();
    if (block != null) {
      cached -= bytes;
      hits++;
    } else {
      if (bytes > limit - inUse - cached) {
        return null;
      }
      block =
          bytes <= LARGEST_SLAB_BLOCK ? cutFromSlab(sizeClass, bytes) : mapOwn(sizeClass, bytes);
      if (block == null) {
        return null;
      }
    }
    allocations++;
    inUse += bytes;
    peak = Math.max(peak, inUse);
    return block;
  }

  private Block cutFromSlab(int sizeClass, long bytes) {
    if (slab.byteSize() - slabUsed < bytes) {
      try {
        slab = Arena.global().allocate(SLAB_BYTES, SizeClasses.ALIGNMENT);
      } catch (OutOfMemoryError _) {
        return null; // the caller frees what it can, tries again, and reports
      }
      slabUsed = 0;
    }
    var block = new Block(slab.asSlice(slabUsed, bytes, SizeClasses.ALIGNMENT), null, sizeClass);
    slabUsed += bytes;
    return block;
  }

  private Block mapOwn(int sizeClass, long bytes) {
    Arena arena = Arena.ofShared();
    try {
      return new Block(arena.allocate(bytes, SizeClasses.ALIGNMENT), arena, sizeClass);
    } catch (OutOfMemoryError _) {
      arena.close();
      return null; // the caller frees what it can, tries again, and reports
    }
  }

  private synchronized void putBack(Block block) {
    if (free[block.sizeClass] == null) {
      free[block.sizeClass] = new ArrayDeque<>();
    }
    free[block.sizeClass].addFirst(block);
    inUse -= block.byteSize();
    cached += block.byteSize();
  }

  synchronized long trim() {
    long freed = 0;
    for (ArrayDeque<Block> list : free) {
      if (list == null) {
        continue;
      }
      for (var blocks = list.iterator(); blocks.hasNext(); ) {
        Block block = blocks.next();
        if (block.arena != null) {
          blocks.remove();
          block.arena.close();
          freed += block.byteSize();
        }
      }
    }
    cached -= freed;
    return freed;
  }

  synchronized Memory.Stats stats() {
    return new Memory.Stats(inUse, cached, peak, allocations, hits, LiveStorages.count());
  }

  synchronized long limit() {
    return limit;
  }

  synchronized void setLimit(long bytes) {
    limit = bytes;
  }
}
