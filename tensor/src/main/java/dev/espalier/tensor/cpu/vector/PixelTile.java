package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicReferenceArray;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of a {@link DirectConvolution}: neighbouring pixels times one or two vectors of
 * output channels.
 *
 * <p>A step of depth broadcasts the pixels, which lie side by side in a window of the input, and
 * multiplies each with the same vectors of weights. So the window is read where it lies, whatever
 * the step's tap, and pixels that do not fill a vector leave no lane idle. Twelve sums, two vectors
 * of weights and a broadcast fill the registers of AVX2. AVX-512 has room for twice as many, and C2
 * makes the most of it, but its way there is barred: from some eight pixels on, C1 runs out of
 * virtual registers for the profiling version, and the method may stay in the one before, a hundred
 * times slower.
 */
interface PixelTile {
  /** Most pixels of a tile. */
  int MOST_PIXELS = 6;

  /** Most vectors of channels. */
  int MOST_VECTORS = 2;

  /**
   * Adds to the sums that lie in the slot, pixel by pixel. (To start from zero instead would be a
   * branch that the compiler first leaves out and then compiles all again for.)
   *
   * @param places for each step where in the slot the first pixel lies, counted from {@code
   *     window}, and where its weights lie; in bytes
   * @param begin first step
   * @param end behind the last one
   * @param window where the tile's window begins in the slot
   * @param sums where its sums lie in the slot
   */
  void run(int[] places, int begin, int end, int window, int slot, int sums);

  /** The loop for tiles of this size. */
  static PixelTile of(int pixels, int vectors) {
    int index = (pixels - 1) * MOST_VECTORS + vectors - 1;
    PixelTile known = Copies.LOOPS.get(index);
    if (known == null) {
      known = Specialized.copy(Template.class, PixelTile.class, new Size(pixels, vectors));
      Copies.LOOPS.set(index, known);
    }
    return known;
  }

  /** Pixels and vectors of a tile. */
  record Size(int pixels, int vectors) {}

  /** One copy per size, made when it is first asked for. */
  final class Copies {
    private static final AtomicReferenceArray<PixelTile> LOOPS =
        new AtomicReferenceArray<>(MOST_PIXELS * MOST_VECTORS);

    private Copies() {}
  }

  /** Copied for each size; every operation in the method, as in {@link MicroKernel}. */
  final class Template implements PixelTile {
    private static final Size SIZE = Specialized.operation(MethodHandles.lookup(), Size.class);
    private static final int PIXELS = SIZE == null ? 0 : SIZE.pixels();
    private static final boolean WIDE = SIZE != null && SIZE.vectors() > 1;
    private static final long PITCH = (WIDE ? 2 : 1) * Lanes.BYTES;
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final MemorySegment M = Panels.MEMORY;
    private static final long V = Lanes.BYTES;

    @Override
    public void run(int[] places, int begin, int end, int window, int slot, int sums) {
      int header = Panels.header(slot);
      long at = (long) header + (sums & Panels.STRIP_MASK);
      FloatVector zero = FloatVector.zero(S);
      FloatVector c0x0 = FloatVector.fromMemorySegment(S, M, at, Lanes.ORDER);
      FloatVector c0x1 = !WIDE ? zero : FloatVector.fromMemorySegment(S, M, at + V, Lanes.ORDER);
      FloatVector c1x0 =
          PIXELS <= 1 ? zero : FloatVector.fromMemorySegment(S, M, at + PITCH, Lanes.ORDER);
      FloatVector c1x1 =
          PIXELS <= 1 || !WIDE
              ? zero
              : FloatVector.fromMemorySegment(S, M, at + PITCH + V, Lanes.ORDER);
      FloatVector c2x0 =
          PIXELS <= 2 ? zero : FloatVector.fromMemorySegment(S, M, at + 2 * PITCH, Lanes.ORDER);
      FloatVector c2x1 =
          PIXELS <= 2 || !WIDE
              ? zero
              : FloatVector.fromMemorySegment(S, M, at + 2 * PITCH + V, Lanes.ORDER);
      FloatVector c3x0 =
          PIXELS <= 3 ? zero : FloatVector.fromMemorySegment(S, M, at + 3 * PITCH, Lanes.ORDER);
      FloatVector c3x1 =
          PIXELS <= 3 || !WIDE
              ? zero
              : FloatVector.fromMemorySegment(S, M, at + 3 * PITCH + V, Lanes.ORDER);
      FloatVector c4x0 =
          PIXELS <= 4 ? zero : FloatVector.fromMemorySegment(S, M, at + 4 * PITCH, Lanes.ORDER);
      FloatVector c4x1 =
          PIXELS <= 4 || !WIDE
              ? zero
              : FloatVector.fromMemorySegment(S, M, at + 4 * PITCH + V, Lanes.ORDER);
      FloatVector c5x0 =
          PIXELS <= 5 ? zero : FloatVector.fromMemorySegment(S, M, at + 5 * PITCH, Lanes.ORDER);
      FloatVector c5x1 =
          PIXELS <= 5 || !WIDE
              ? zero
              : FloatVector.fromMemorySegment(S, M, at + 5 * PITCH + V, Lanes.ORDER);

      for (int step = 2 * begin; step < 2 * end; step += 2) {
        long w = (long) header + (places[step + 1] & Panels.STRIP_MASK);
        FloatVector w0 = FloatVector.fromMemorySegment(S, M, w, Lanes.ORDER);
        FloatVector w1 = WIDE ? FloatVector.fromMemorySegment(S, M, w + V, Lanes.ORDER) : zero;
        long x = (long) header + ((window + places[step]) & Panels.FLOAT_MASK);
        FloatVector b = FloatVector.broadcast(S, M.get(ValueLayout.JAVA_FLOAT, x));
        c0x0 = b.fma(w0, c0x0);
        c0x1 = WIDE ? b.fma(w1, c0x1) : zero;
        if (PIXELS > 1) {
          b = FloatVector.broadcast(S, M.get(ValueLayout.JAVA_FLOAT, x + 4));
          c1x0 = b.fma(w0, c1x0);
          c1x1 = WIDE ? b.fma(w1, c1x1) : zero;
        }
        if (PIXELS > 2) {
          b = FloatVector.broadcast(S, M.get(ValueLayout.JAVA_FLOAT, x + 8));
          c2x0 = b.fma(w0, c2x0);
          c2x1 = WIDE ? b.fma(w1, c2x1) : zero;
        }
        if (PIXELS > 3) {
          b = FloatVector.broadcast(S, M.get(ValueLayout.JAVA_FLOAT, x + 12));
          c3x0 = b.fma(w0, c3x0);
          c3x1 = WIDE ? b.fma(w1, c3x1) : zero;
        }
        if (PIXELS > 4) {
          b = FloatVector.broadcast(S, M.get(ValueLayout.JAVA_FLOAT, x + 16));
          c4x0 = b.fma(w0, c4x0);
          c4x1 = WIDE ? b.fma(w1, c4x1) : zero;
        }
        if (PIXELS > 5) {
          b = FloatVector.broadcast(S, M.get(ValueLayout.JAVA_FLOAT, x + 20));
          c5x0 = b.fma(w0, c5x0);
          c5x1 = WIDE ? b.fma(w1, c5x1) : zero;
        }
      }
      c0x0.intoMemorySegment(M, at, Lanes.ORDER);
      if (WIDE) {
        c0x1.intoMemorySegment(M, at + V, Lanes.ORDER);
      }
      if (PIXELS > 1) {
        c1x0.intoMemorySegment(M, at + PITCH, Lanes.ORDER);
        if (WIDE) {
          c1x1.intoMemorySegment(M, at + PITCH + V, Lanes.ORDER);
        }
      }
      if (PIXELS > 2) {
        c2x0.intoMemorySegment(M, at + 2 * PITCH, Lanes.ORDER);
        if (WIDE) {
          c2x1.intoMemorySegment(M, at + 2 * PITCH + V, Lanes.ORDER);
        }
      }
      if (PIXELS > 3) {
        c3x0.intoMemorySegment(M, at + 3 * PITCH, Lanes.ORDER);
        if (WIDE) {
          c3x1.intoMemorySegment(M, at + 3 * PITCH + V, Lanes.ORDER);
        }
      }
      if (PIXELS > 4) {
        c4x0.intoMemorySegment(M, at + 4 * PITCH, Lanes.ORDER);
        if (WIDE) {
          c4x1.intoMemorySegment(M, at + 4 * PITCH + V, Lanes.ORDER);
        }
      }
      if (PIXELS > 5) {
        c5x0.intoMemorySegment(M, at + 5 * PITCH, Lanes.ORDER);
        if (WIDE) {
          c5x1.intoMemorySegment(M, at + 5 * PITCH + V, Lanes.ORDER);
        }
      }
    }
  }
}
