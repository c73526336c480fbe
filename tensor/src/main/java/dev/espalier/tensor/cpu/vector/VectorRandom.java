package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Philox;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Distribution;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Random tensors, bit for bit the reference's: its formulas, with the counters shared among
 * threads.
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

  /** UNIFORM or DROPOUT in float32. */
  static void fill(
      Distribution distribution,
      double a,
      double b,
      long seed,
      long stream,
      long position,
      Tensor out) {
    MemorySegment to = out.segment();
    boolean uniform = distribution == Distribution.UNIFORM;
    float kept = (float) (1 / (1 - a));
    int[] words = new int[4];
    for (long at = 0; at < out.size(); at += 4) {
      Philox.block(seed, stream, position + at / 4, words, 0);
      int count = (int) Math.min(4, out.size() - at);
      for (int i = 0; i < count; i++) {
        float unit = Philox.toFloat(words[i]);
        float value = uniform ? between(a, b, unit) : unit < a ? 0 : kept;
        to.setAtIndex(ValueLayout.JAVA_FLOAT, at + i, value);
      }
    }
  }

  /** {@code a + (b - a) u}, below b even where rounding would reach it. */
  private static float between(double a, double b, float unit) {
    double value = a + (b - a) * unit;
    double belowB = Math.nextDown((float) b);
    return (float) (value > belowB && b > a ? belowB : value);
  }
}
