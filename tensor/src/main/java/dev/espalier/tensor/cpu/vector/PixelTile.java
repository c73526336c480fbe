package dev.espalier.tensor.cpu.vector;

import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicReferenceArray;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of a {@link DirectConvolution}: neighbouring pixels times two vectors of output
 * channels.
 *
 * <p>A step of depth broadcasts the pixels, which lie side by side in a window of the input, and
 * multiplies each with the same vectors of weights. So the window is read where it lies, whatever
 * the step's tap, and pixels that do not fill a vector leave no lane idle. Sums, weights and a
 * broadcast fill the registers: sixteen of AVX2, thirty-two of AVX-512.
 *
 * <p>Everything is read from arrays of floats. A load from a memory segment is some ten times as
 * long a graph to C1, which runs out of virtual registers from some eight pixels on: the method
 * then has no profiling version, may stay in the one before it, a hundred times slower, and never
 * reaches C2. For C2 the array read in the loop is a constant, so that no check of a range is left
 * there ({@link PixelMemory}).
 */
interface PixelTile {
  /** Most pixels of a tile. */
  int MOST_PIXELS = Lanes.COUNT == 16 ? 14 : 6;

  /** Vectors of channels. */
  int VECTORS = 2;

  /**
   * Adds to sums, which lie pixel by pixel. (To start from zero instead would be a branch that the
   * compiler first leaves out and then compiles all again for.)
   *
   * @param places for each step where in the slot of {@link PixelMemory} the first pixel lies,
   *     counted from {@code window}, and where its weights lie
   * @param begin first step
   * @param end behind the last one
   * @param window where the tile's window begins in the slot
   * @param at where its sums lie
   */
  void run(int[] places, int begin, int end, int window, int slot, float[] sums, int at);

  /** The loop for tiles of this size. */
  static PixelTile of(int pixels, int lanes) {
    int index = 2 * (pixels - 1) + (lanes == Lanes.COUNT ? 1 : 0);
    PixelTile known = Copies.LOOPS.get(index);
    if (known == null) {
      known = Specialized.copy(Template.class, PixelTile.class, new Size(pixels, lanes));
      Copies.LOOPS.set(index, known);
    }
    return known;
  }

  /** Lanes of the vectors that take so many channels. */
  static int lanes(int channels) {
    // Zen 4 loads as many vectors as it multiplies, and more of them where they are short.
    return Lanes.COUNT == 16 && channels <= Lanes.COUNT ? Lanes.COUNT / 2 : Lanes.COUNT;
  }

  /** Pixels of a tile and lanes of its vectors. */
  record Size(int pixels, int lanes) {}

  /** One copy per size, made when it is first asked for. */
  final class Copies {
    private static final AtomicReferenceArray<PixelTile> LOOPS =
        new AtomicReferenceArray<>(MOST_PIXELS * 2);

    private Copies() {}
  }

  /** Copied for each size; every operation in the method, as in {@link MicroKernel}. */
  final class Template implements PixelTile {
    private static final Size SIZE = Specialized.operation(MethodHandles.lookup(), Size.class);
    private static final int PIXELS = SIZE == null ? 0 : SIZE.pixels();
    private static final int LANES = SIZE == null ? Lanes.COUNT : SIZE.lanes();
    private static final int PITCH = VECTORS * LANES;
    private static final VectorSpecies<Float> S =
        VectorSpecies.of(float.class, VectorShape.forBitSize(LANES * Float.SIZE));
    private static final float[] M = PixelMemory.FLOATS;

    @Override
    public void run(int[] places, int begin, int end, int window, int slot, float[] sums, int at) {
      int header = PixelMemory.header(slot);
      FloatVector zero = FloatVector.zero(S);
      FloatVector c0x0 = FloatVector.fromArray(S, sums, at);
      FloatVector c0x1 = FloatVector.fromArray(S, sums, at + LANES);
      FloatVector c1x0 = PIXELS <= 1 ? zero : FloatVector.fromArray(S, sums, at + 1 * PITCH);
      FloatVector c1x1 =
          PIXELS <= 1 ? zero : FloatVector.fromArray(S, sums, at + 1 * PITCH + LANES);
      FloatVector c2x0 = PIXELS <= 2 ? zero : FloatVector.fromArray(S, sums, at + 2 * PITCH);
      FloatVector c2x1 =
          PIXELS <= 2 ? zero : FloatVector.fromArray(S, sums, at + 2 * PITCH + LANES);
      FloatVector c3x0 = PIXELS <= 3 ? zero : FloatVector.fromArray(S, sums, at + 3 * PITCH);
      FloatVector c3x1 =
          PIXELS <= 3 ? zero : FloatVector.fromArray(S, sums, at + 3 * PITCH + LANES);
      FloatVector c4x0 = PIXELS <= 4 ? zero : FloatVector.fromArray(S, sums, at + 4 * PITCH);
      FloatVector c4x1 =
          PIXELS <= 4 ? zero : FloatVector.fromArray(S, sums, at + 4 * PITCH + LANES);
      FloatVector c5x0 = PIXELS <= 5 ? zero : FloatVector.fromArray(S, sums, at + 5 * PITCH);
      FloatVector c5x1 =
          PIXELS <= 5 ? zero : FloatVector.fromArray(S, sums, at + 5 * PITCH + LANES);
      FloatVector c6x0 = PIXELS <= 6 ? zero : FloatVector.fromArray(S, sums, at + 6 * PITCH);
      FloatVector c6x1 =
          PIXELS <= 6 ? zero : FloatVector.fromArray(S, sums, at + 6 * PITCH + LANES);
      FloatVector c7x0 = PIXELS <= 7 ? zero : FloatVector.fromArray(S, sums, at + 7 * PITCH);
      FloatVector c7x1 =
          PIXELS <= 7 ? zero : FloatVector.fromArray(S, sums, at + 7 * PITCH + LANES);
      FloatVector c8x0 = PIXELS <= 8 ? zero : FloatVector.fromArray(S, sums, at + 8 * PITCH);
      FloatVector c8x1 =
          PIXELS <= 8 ? zero : FloatVector.fromArray(S, sums, at + 8 * PITCH + LANES);
      FloatVector c9x0 = PIXELS <= 9 ? zero : FloatVector.fromArray(S, sums, at + 9 * PITCH);
      FloatVector c9x1 =
          PIXELS <= 9 ? zero : FloatVector.fromArray(S, sums, at + 9 * PITCH + LANES);
      FloatVector c10x0 = PIXELS <= 10 ? zero : FloatVector.fromArray(S, sums, at + 10 * PITCH);
      FloatVector c10x1 =
          PIXELS <= 10 ? zero : FloatVector.fromArray(S, sums, at + 10 * PITCH + LANES);
      FloatVector c11x0 = PIXELS <= 11 ? zero : FloatVector.fromArray(S, sums, at + 11 * PITCH);
      FloatVector c11x1 =
          PIXELS <= 11 ? zero : FloatVector.fromArray(S, sums, at + 11 * PITCH + LANES);
      FloatVector c12x0 = PIXELS <= 12 ? zero : FloatVector.fromArray(S, sums, at + 12 * PITCH);
      FloatVector c12x1 =
          PIXELS <= 12 ? zero : FloatVector.fromArray(S, sums, at + 12 * PITCH + LANES);
      FloatVector c13x0 = PIXELS <= 13 ? zero : FloatVector.fromArray(S, sums, at + 13 * PITCH);
      FloatVector c13x1 =
          PIXELS <= 13 ? zero : FloatVector.fromArray(S, sums, at + 13 * PITCH + LANES);

      for (int step = 2 * begin; step < 2 * end; step += 2) {
        int w = header + (places[step + 1] & PixelMemory.MASK);
        FloatVector w0 = FloatVector.fromArray(S, M, w);
        FloatVector w1 = FloatVector.fromArray(S, M, w + LANES);
        int x = header + ((window + places[step]) & PixelMemory.MASK);
        FloatVector b = FloatVector.broadcast(S, M[x]);
        c0x0 = b.fma(w0, c0x0);
        c0x1 = b.fma(w1, c0x1);
        if (PIXELS > 1) {
          b = FloatVector.broadcast(S, M[x + 1]);
          c1x0 = b.fma(w0, c1x0);
          c1x1 = b.fma(w1, c1x1);
        }
        if (PIXELS > 2) {
          b = FloatVector.broadcast(S, M[x + 2]);
          c2x0 = b.fma(w0, c2x0);
          c2x1 = b.fma(w1, c2x1);
        }
        if (PIXELS > 3) {
          b = FloatVector.broadcast(S, M[x + 3]);
          c3x0 = b.fma(w0, c3x0);
          c3x1 = b.fma(w1, c3x1);
        }
        if (PIXELS > 4) {
          b = FloatVector.broadcast(S, M[x + 4]);
          c4x0 = b.fma(w0, c4x0);
          c4x1 = b.fma(w1, c4x1);
        }
        if (PIXELS > 5) {
          b = FloatVector.broadcast(S, M[x + 5]);
          c5x0 = b.fma(w0, c5x0);
          c5x1 = b.fma(w1, c5x1);
        }
        if (PIXELS > 6) {
          b = FloatVector.broadcast(S, M[x + 6]);
          c6x0 = b.fma(w0, c6x0);
          c6x1 = b.fma(w1, c6x1);
        }
        if (PIXELS > 7) {
          b = FloatVector.broadcast(S, M[x + 7]);
          c7x0 = b.fma(w0, c7x0);
          c7x1 = b.fma(w1, c7x1);
        }
        if (PIXELS > 8) {
          b = FloatVector.broadcast(S, M[x + 8]);
          c8x0 = b.fma(w0, c8x0);
          c8x1 = b.fma(w1, c8x1);
        }
        if (PIXELS > 9) {
          b = FloatVector.broadcast(S, M[x + 9]);
          c9x0 = b.fma(w0, c9x0);
          c9x1 = b.fma(w1, c9x1);
        }
        if (PIXELS > 10) {
          b = FloatVector.broadcast(S, M[x + 10]);
          c10x0 = b.fma(w0, c10x0);
          c10x1 = b.fma(w1, c10x1);
        }
        if (PIXELS > 11) {
          b = FloatVector.broadcast(S, M[x + 11]);
          c11x0 = b.fma(w0, c11x0);
          c11x1 = b.fma(w1, c11x1);
        }
        if (PIXELS > 12) {
          b = FloatVector.broadcast(S, M[x + 12]);
          c12x0 = b.fma(w0, c12x0);
          c12x1 = b.fma(w1, c12x1);
        }
        if (PIXELS > 13) {
          b = FloatVector.broadcast(S, M[x + 13]);
          c13x0 = b.fma(w0, c13x0);
          c13x1 = b.fma(w1, c13x1);
        }
      }
      c0x0.intoArray(sums, at);
      c0x1.intoArray(sums, at + LANES);
      if (PIXELS > 1) {
        c1x0.intoArray(sums, at + 1 * PITCH);
        c1x1.intoArray(sums, at + 1 * PITCH + LANES);
      }
      if (PIXELS > 2) {
        c2x0.intoArray(sums, at + 2 * PITCH);
        c2x1.intoArray(sums, at + 2 * PITCH + LANES);
      }
      if (PIXELS > 3) {
        c3x0.intoArray(sums, at + 3 * PITCH);
        c3x1.intoArray(sums, at + 3 * PITCH + LANES);
      }
      if (PIXELS > 4) {
        c4x0.intoArray(sums, at + 4 * PITCH);
        c4x1.intoArray(sums, at + 4 * PITCH + LANES);
      }
      if (PIXELS > 5) {
        c5x0.intoArray(sums, at + 5 * PITCH);
        c5x1.intoArray(sums, at + 5 * PITCH + LANES);
      }
      if (PIXELS > 6) {
        c6x0.intoArray(sums, at + 6 * PITCH);
        c6x1.intoArray(sums, at + 6 * PITCH + LANES);
      }
      if (PIXELS > 7) {
        c7x0.intoArray(sums, at + 7 * PITCH);
        c7x1.intoArray(sums, at + 7 * PITCH + LANES);
      }
      if (PIXELS > 8) {
        c8x0.intoArray(sums, at + 8 * PITCH);
        c8x1.intoArray(sums, at + 8 * PITCH + LANES);
      }
      if (PIXELS > 9) {
        c9x0.intoArray(sums, at + 9 * PITCH);
        c9x1.intoArray(sums, at + 9 * PITCH + LANES);
      }
      if (PIXELS > 10) {
        c10x0.intoArray(sums, at + 10 * PITCH);
        c10x1.intoArray(sums, at + 10 * PITCH + LANES);
      }
      if (PIXELS > 11) {
        c11x0.intoArray(sums, at + 11 * PITCH);
        c11x1.intoArray(sums, at + 11 * PITCH + LANES);
      }
      if (PIXELS > 12) {
        c12x0.intoArray(sums, at + 12 * PITCH);
        c12x1.intoArray(sums, at + 12 * PITCH + LANES);
      }
      if (PIXELS > 13) {
        c13x0.intoArray(sums, at + 13 * PITCH);
        c13x1.intoArray(sums, at + 13 * PITCH + LANES);
      }
    }
  }
}
