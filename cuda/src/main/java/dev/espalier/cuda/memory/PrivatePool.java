package dev.espalier.cuda.memory;

/** Memory set apart for what is captured, as a replay writes to it again and again. */
public final class PrivatePool {
  private final DeviceAllocator allocator;
  private final BlockPool blocks;

  /** An empty pool of that allocator. */
  public PrivatePool(DeviceAllocator allocator) {
    this.allocator = allocator;
    this.blocks = allocator.openPool();
  }

  /** As {@link DeviceAllocator#allocate(long, String, OrderedStream)}, from this pool. */
  public DeviceBuffer allocate(long bytes, String what, OrderedStream stream) {
    return allocator.allocate(bytes, what, stream, blocks);
  }

  BlockPool blocks() {
    return blocks;
  }
}
