package dev.espalier.cuda.codegen;

import java.util.ArrayList;
import java.util.List;

/**
 * How a generated kernel divides the work.
 *
 * @param rows of the weight that a thread computes, so that each element it loads serves them all
 * @param vector neighbouring positions of a thread
 */
record FrozenTile(int rows, int vector) {
  static final int THREADS = 128;
  private static final int MOST_REGISTERS = 96;
  private static final int[] ROWS = {4, 8, 16, 32, 64};

  /** The tiles that a weight may be compiled with; at least one. */
  static List<FrozenTile> candidates(FrozenWeight weight) {
    int registersPerSum = weight.type().bytes() / Float.BYTES;
    List<FrozenTile> tiles = new ArrayList<>();
    for (int rows : ROWS) {
      for (int vector = 1; vector <= weight.grid().vector(); vector *= 2) {
        boolean fits = rows * vector * registersPerSum <= MOST_REGISTERS;
        boolean filled = rows == ROWS[0] || rows < 2 * weight.rows();
        if (fits && filled) {
          tiles.add(new FrozenTile(rows, vector));
        }
      }
    }
    return tiles;
  }

  /** Groups of rows, each with code of its own. */
  int groups(FrozenWeight weight) {
    return Math.ceilDiv(weight.rows(), rows);
  }
}
