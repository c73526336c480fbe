package dev.espalier.bench.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Measures how fast memory is copied: the ceiling of every kernel that computes little.
 *
 * <p>The working set decides whether that is the rate of a cache or of the memory, so it is that of
 * the kernel in question.
 */
public final class CopyProbe {
  private static final long SMALLEST = 4L << 10;
  private static final long LARGEST = 128L << 20;

  private CopyProbe() {}

  /**
   * The rate in 10⁹ bytes per second, read and written bytes both counted, best of many samples.
   *
   * @param workingSet bytes of source and target together
   * @param millis how long to look
   */
  public static double gigabytesPerSecond(long workingSet, long millis) {
    long half = Math.clamp(workingSet, SMALLEST, LARGEST) / 2;
    int repeats = (int) Math.max(1, (256L << 10) / half); // above the clock's resolution
    double best = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(half, 64).fill((byte) 1);
      MemorySegment target = arena.allocate(half, 64).fill((byte) 2);
      long end = System.nanoTime() + millis * 1_000_000;
      do {
        long start = System.nanoTime();
        for (int i = 0; i < repeats; i++) {
          target.copyFrom(source);
        }
        best = Math.max(best, 2.0 * half * repeats / (System.nanoTime() - start));
      } while (System.nanoTime() < end);
    }
    return best;
  }
}
