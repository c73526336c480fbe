package dev.espalier.tensor;

/**
 * What the caching allocator of the host holds, and its limit.
 *
 * <p>PyTorch: {@code torch.cuda.memory_stats}, {@code torch.cuda.empty_cache}.
 */
public final class Memory {
  /**
   * A snapshot of the allocator.
   *
   * @param bytesInUse bytes of blocks handed out, rounded up to their size class
   * @param bytesCached bytes of free blocks kept for reuse
   * @param peakBytesInUse the largest value of {@code bytesInUse} so far
   * @param allocations number of blocks handed out since the start
   * @param cacheHits how many of them came from the cache
   * @param liveStorages number of storages not yet freed
   */
  public record Stats(
      long bytesInUse,
      long bytesCached,
      long peakBytesInUse,
      long allocations,
      long cacheHits,
      int liveStorages) {}

  private Memory() {}

  /** A snapshot of the host allocator. */
  public static Stats stats() {
    return HostAllocator.INSTANCE.stats();
  }

  /** Bytes that may be in use and cached together before allocation fails. */
  public static long limit() {
    return HostAllocator.INSTANCE.limit();
  }

  /**
   * Sets {@link #limit()}; the default is the system property {@code espalier.memory.limit} or the
   * JVM's direct limit.
   */
  public static void setLimit(long bytes) {
    HostAllocator.INSTANCE.setLimit(bytes);
  }

  /** Gives cached blocks back to the operating system and returns how many bytes that were. */
  public static long trim() {
    return HostAllocator.INSTANCE.trim();
  }

  /** The largest holders of a device's memory, one per line. */
  public static String holders(Device device, int lines) {
    return LiveStorages.report(device, lines).strip();
  }

  /**
   * Runs a garbage collection and waits until the memory of unreachable tensors, on any device, is
   * given back to its allocator. For allocators that would fail otherwise; it takes up to 0.2 s.
   */
  public static void collectUnreachable() {
    LiveStorages.collectUnreachable();
  }
}
