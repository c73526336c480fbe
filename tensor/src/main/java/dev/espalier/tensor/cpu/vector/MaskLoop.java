package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@code out = mask ? x : 0} with the mask's bits as lane masks: 64 elements per word, no index
 * arithmetic per element.
 */
final class MaskLoop {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long WORD_BYTES = (long) Long.SIZE * Float.BYTES;

  private MaskLoop() {}

  /** Contiguous x and out, which may be one; bit i of the words is element i. */
  static void run(long[] words, Tensor x, Tensor out) {
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    long size = out.size();
    Parallel.ranges(
        (size + Long.SIZE - 1) / Long.SIZE,
        Parallel.GRAIN / Long.SIZE,
        (first, last) -> {
          long full = Math.min(last, size / Long.SIZE);
          for (long word = first; word < full; word++) {
            fullWord(words[(int) word], from, to, word * WORD_BYTES);
          }
          if (full < last) {
            lastWord(words[(int) full], from, to, full * WORD_BYTES, (int) (size % Long.SIZE));
          }
        });
  }

  private static void fullWord(long word, MemorySegment x, MemorySegment out, long offset) {
    for (int bit = 0; bit < Long.SIZE; bit += Lanes.COUNT) {
      long at = offset + (long) bit * Float.BYTES;
      VectorMask<Float> kept = VectorMask.fromLong(S, word >>> bit);
      FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER, kept)
          .intoMemorySegment(out, at, Lanes.ORDER);
    }
  }

  private static void lastWord(long word, MemorySegment x, MemorySegment out, long offset, int n) {
    for (int bit = 0; bit < n; bit += Lanes.COUNT) {
      long at = offset + (long) bit * Float.BYTES;
      VectorMask<Float> inside = S.indexInRange(bit, n);
      VectorMask<Float> kept = VectorMask.fromLong(S, word >>> bit).and(inside);
      FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER, kept)
          .intoMemorySegment(out, at, Lanes.ORDER, inside);
    }
  }
}
