package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;

/**
 * Shares the counters of a random tensor among threads; what follows from a counter is the
 * reference's.
 *
 * <p>A counter costs some hundred instructions of which ten depend on each other at a time, so that
 * neighbouring counters fill a core's units without lanes.
 */
final class VectorRandom {
  /** Counters, of four elements each, worth a task. */
  private static final long TASK_COUNTERS = 2048;

  private VectorRandom() {}

  /** Fills some elements of a tensor with what follows from the counters behind a position. */
  @FunctionalInterface
  interface Filler {
    void fill(long position, Tensor part);
  }

  /** Shares the counters of a contiguous tensor among threads. */
  static void inParts(long position, Tensor out, Filler filler) {
    try (Tensor flat = out.reshape(-1)) {
      Parallel.ranges(
          (out.size() + 3) / 4,
          TASK_COUNTERS,
          (first, last) -> {
            long length = Math.min(4 * last, out.size()) - 4 * first;
            try (Tensor part = flat.narrow(0, Math.toIntExact(4 * first), (int) length)) {
              filler.fill(position + first, part);
            }
          });
    }
  }
}
