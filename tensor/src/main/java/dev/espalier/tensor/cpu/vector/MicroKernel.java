package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The register tiles of the matrix product: {@code tile = panelA × panelB}.
 *
 * <p>A's panel holds up to {@value #ROWS} rows, {@value #DEPTH} floats apart; B's holds one or two
 * vectors of columns per step of depth; the tile has rows of two vectors. Twelve accumulators, two
 * vectors of B and one broadcast of A fill the sixteen registers of AVX2 and keep two multiply-add
 * pipes of latency four busy (Goto and van de Geijn, Anatomy of High-Performance Matrix
 * Multiplication, 2008).
 *
 * <p>The accumulators are local variables and every vector operation stands in the method itself:
 * the compiler does not keep arrays of vectors in registers, and a small method that it refuses to
 * inline boxes every vector passed. The panels lie in a slot of {@link RowPanels} and {@link
 * Panels}, so that nothing in the loop needs a range check: whether the compiler could remove those
 * depended on what the process had run before.
 *
 * <p>What a tile is for is a constant in a copy of the loop. Where vectors from two branches met,
 * the compiler, if it had to compile the method again, could make an object of each for good.
 */
interface MicroKernel {
  /** Rows of a full tile. */
  int ROWS = 6;

  /** Rows of the low tile, which together with full ones leaves few idle rows. */
  int LOW_ROWS = 4;

  /** Columns of a wide tile. */
  int COLUMNS = 2 * Lanes.COUNT;

  /** Largest depth of one call, and the distance of two rows in A's panel. */
  int DEPTH = 768;

  /** Distance of two rows in a tile. */
  long TILE_ROW_BYTES = 2L * Lanes.BYTES;

  /** The height of the tile to take when {@code remaining} rows are left. */
  static int tileRows(int remaining) {
    boolean full = remaining >= 9 || remaining == 6 || remaining == 5;
    return full ? ROWS : LOW_ROWS;
  }

  /**
   * The loops for a tile.
   *
   * @param rows {@link #ROWS} or {@link #LOW_ROWS}
   * @param adds whether a wide tile is added to what is there
   */
  static MicroKernel of(int rows, boolean adds) {
    return rows == ROWS
        ? adds ? Copies.FULL_ADDED : Copies.FULL
        : adds ? Copies.LOW_ADDED : Copies.LOW;
  }

  /**
   * A tile of two vectors of columns, into c from a byte offset on, its rows {@code pitch} bytes
   * apart.
   */
  void wide(int depth, int slot, int strip, MemorySegment c, long offset, long pitch);

  /** A tile of one vector of columns: what is left of a matrix, or all of a slim one. */
  void narrow(int depth, int slot, int strip, MemorySegment tile);

  /** What a copy is for. */
  record Kind(int rows, boolean adds) {}

  /** One copy per kind. */
  final class Copies {
    private static final MicroKernel FULL = copy(ROWS, false);
    private static final MicroKernel FULL_ADDED = copy(ROWS, true);
    private static final MicroKernel LOW = copy(LOW_ROWS, false);
    private static final MicroKernel LOW_ADDED = copy(LOW_ROWS, true);

    private Copies() {}

    private static MicroKernel copy(int rows, boolean adds) {
      return Specialized.copy(Template.class, MicroKernel.class, new Kind(rows, adds));
    }
  }

  /** Copied for each kind. */
  final class Template implements MicroKernel {
    private static final Kind KIND = Specialized.operation(MethodHandles.lookup(), Kind.class);
    private static final boolean FULL = KIND != null && KIND.rows() == ROWS;
    private static final boolean ADDS = KIND != null && KIND.adds();

    @Override
    public void wide(int depth, int slot, int strip, MemorySegment c, long offset, long pitch) {
      float[] a = RowPanels.FLOATS;
      int begin = RowPanels.begin(slot);
      int header = Panels.header(slot);
      FloatVector zero = FloatVector.zero(Lanes.FLOATS);
      FloatVector c00 = zero;
      FloatVector c01 = zero;
      FloatVector c10 = zero;
      FloatVector c11 = zero;
      FloatVector c20 = zero;
      FloatVector c21 = zero;
      FloatVector c30 = zero;
      FloatVector c31 = zero;
      FloatVector c40 = zero;
      FloatVector c41 = zero;
      FloatVector c50 = zero;
      FloatVector c51 = zero;
      int at = strip;
      for (int k = 0; k < depth; k++) {
        int row = begin + (k & RowPanels.DEPTH_MASK);
        long place = (long) header + (at & Panels.STRIP_MASK);
        FloatVector b0 =
            FloatVector.fromMemorySegment(Lanes.FLOATS, Panels.MEMORY, place, Lanes.ORDER);
        FloatVector b1 =
            FloatVector.fromMemorySegment(
                Lanes.FLOATS, Panels.MEMORY, place + Lanes.BYTES, Lanes.ORDER);
        FloatVector ai = FloatVector.broadcast(Lanes.FLOATS, a[row]);
        c00 = ai.fma(b0, c00);
        c01 = ai.fma(b1, c01);
        ai = FloatVector.broadcast(Lanes.FLOATS, a[row + DEPTH]);
        c10 = ai.fma(b0, c10);
        c11 = ai.fma(b1, c11);
        ai = FloatVector.broadcast(Lanes.FLOATS, a[row + 2 * DEPTH]);
        c20 = ai.fma(b0, c20);
        c21 = ai.fma(b1, c21);
        ai = FloatVector.broadcast(Lanes.FLOATS, a[row + 3 * DEPTH]);
        c30 = ai.fma(b0, c30);
        c31 = ai.fma(b1, c31);
        if (FULL) {
          ai = FloatVector.broadcast(Lanes.FLOATS, a[row + 4 * DEPTH]);
          c40 = ai.fma(b0, c40);
          c41 = ai.fma(b1, c41);
          ai = FloatVector.broadcast(Lanes.FLOATS, a[row + 5 * DEPTH]);
          c50 = ai.fma(b0, c50);
          c51 = ai.fma(b1, c51);
        }
        at += (int) TILE_ROW_BYTES;
      }
      long second = offset + Lanes.BYTES;
      if (ADDS) {
        c00 = c00.add(FloatVector.fromMemorySegment(Lanes.FLOATS, c, offset, Lanes.ORDER));
        c01 = c01.add(FloatVector.fromMemorySegment(Lanes.FLOATS, c, second, Lanes.ORDER));
        c10 = c10.add(FloatVector.fromMemorySegment(Lanes.FLOATS, c, offset + pitch, Lanes.ORDER));
        c11 = c11.add(FloatVector.fromMemorySegment(Lanes.FLOATS, c, second + pitch, Lanes.ORDER));
        c20 =
            c20.add(
                FloatVector.fromMemorySegment(Lanes.FLOATS, c, offset + 2 * pitch, Lanes.ORDER));
        c21 =
            c21.add(
                FloatVector.fromMemorySegment(Lanes.FLOATS, c, second + 2 * pitch, Lanes.ORDER));
        c30 =
            c30.add(
                FloatVector.fromMemorySegment(Lanes.FLOATS, c, offset + 3 * pitch, Lanes.ORDER));
        c31 =
            c31.add(
                FloatVector.fromMemorySegment(Lanes.FLOATS, c, second + 3 * pitch, Lanes.ORDER));
      }
      c00.intoMemorySegment(c, offset, Lanes.ORDER);
      c01.intoMemorySegment(c, second, Lanes.ORDER);
      c10.intoMemorySegment(c, offset + pitch, Lanes.ORDER);
      c11.intoMemorySegment(c, second + pitch, Lanes.ORDER);
      c20.intoMemorySegment(c, offset + 2 * pitch, Lanes.ORDER);
      c21.intoMemorySegment(c, second + 2 * pitch, Lanes.ORDER);
      c30.intoMemorySegment(c, offset + 3 * pitch, Lanes.ORDER);
      c31.intoMemorySegment(c, second + 3 * pitch, Lanes.ORDER);
      if (FULL && ADDS) {
        c40 =
            c40.add(
                FloatVector.fromMemorySegment(Lanes.FLOATS, c, offset + 4 * pitch, Lanes.ORDER));
        c41 =
            c41.add(
                FloatVector.fromMemorySegment(Lanes.FLOATS, c, second + 4 * pitch, Lanes.ORDER));
        c50 =
            c50.add(
                FloatVector.fromMemorySegment(Lanes.FLOATS, c, offset + 5 * pitch, Lanes.ORDER));
        c51 =
            c51.add(
                FloatVector.fromMemorySegment(Lanes.FLOATS, c, second + 5 * pitch, Lanes.ORDER));
      }
      if (FULL) {
        c40.intoMemorySegment(c, offset + 4 * pitch, Lanes.ORDER);
        c41.intoMemorySegment(c, second + 4 * pitch, Lanes.ORDER);
        c50.intoMemorySegment(c, offset + 5 * pitch, Lanes.ORDER);
        c51.intoMemorySegment(c, second + 5 * pitch, Lanes.ORDER);
      }
    }

    @Override
    public void narrow(int depth, int slot, int strip, MemorySegment tile) {
      float[] a = RowPanels.FLOATS;
      int begin = RowPanels.begin(slot);
      int header = Panels.header(slot);
      FloatVector zero = FloatVector.zero(Lanes.FLOATS);
      FloatVector c00 = zero;
      FloatVector c10 = zero;
      FloatVector c20 = zero;
      FloatVector c30 = zero;
      FloatVector c40 = zero;
      FloatVector c50 = zero;
      int at = strip;
      for (int k = 0; k < depth; k++) {
        int row = begin + (k & RowPanels.DEPTH_MASK);
        FloatVector b0 =
            FloatVector.fromMemorySegment(
                Lanes.FLOATS, Panels.MEMORY, (long) header + (at & Panels.STRIP_MASK), Lanes.ORDER);
        FloatVector ai = FloatVector.broadcast(Lanes.FLOATS, a[row]);
        c00 = ai.fma(b0, c00);
        ai = FloatVector.broadcast(Lanes.FLOATS, a[row + DEPTH]);
        c10 = ai.fma(b0, c10);
        ai = FloatVector.broadcast(Lanes.FLOATS, a[row + 2 * DEPTH]);
        c20 = ai.fma(b0, c20);
        ai = FloatVector.broadcast(Lanes.FLOATS, a[row + 3 * DEPTH]);
        c30 = ai.fma(b0, c30);
        if (FULL) {
          ai = FloatVector.broadcast(Lanes.FLOATS, a[row + 4 * DEPTH]);
          c40 = ai.fma(b0, c40);
          ai = FloatVector.broadcast(Lanes.FLOATS, a[row + 5 * DEPTH]);
          c50 = ai.fma(b0, c50);
        }
        at += (int) Lanes.BYTES;
      }
      c00.intoMemorySegment(tile, 0, Lanes.ORDER);
      c10.intoMemorySegment(tile, TILE_ROW_BYTES, Lanes.ORDER);
      c20.intoMemorySegment(tile, 2 * TILE_ROW_BYTES, Lanes.ORDER);
      c30.intoMemorySegment(tile, 3 * TILE_ROW_BYTES, Lanes.ORDER);
      if (FULL) {
        c40.intoMemorySegment(tile, 4 * TILE_ROW_BYTES, Lanes.ORDER);
        c50.intoMemorySegment(tile, 5 * TILE_ROW_BYTES, Lanes.ORDER);
      }
    }
  }
}
