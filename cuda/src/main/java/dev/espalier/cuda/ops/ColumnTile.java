package dev.espalier.cuda.ops;

import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.DType;

/**
 * How many lanes own a sparse row and how many items each lane has: a variant of the kernels of
 * {@code gather_product.cuh}.
 *
 * @param vector neighbouring items of a lane
 * @param lanes of a row
 * @param items vectors of a lane
 */
record ColumnTile(int vector, int lanes, int items) {
  private static final int THREADS = 128;

  /** Rows narrower than this take a quarter of a warp each. */
  private static final int NARROW = 8;

  /** The variant for n items where that many neighbours may be read at once. */
  static ColumnTile of(DType type, int vector, int n) {
    int lanes = n <= NARROW && vector == 1 ? NARROW : 32 / vector;
    if (type == DType.FLOAT64 || lanes == NARROW && vector == 1) {
      return new ColumnTile(vector, lanes, 1);
    }
    int single = vector * lanes;
    int twice = 2 * single;
    boolean fills = Math.ceilDiv(n, twice) * (long) twice - n < single;
    return new ColumnTile(vector, lanes, fills ? 2 : 1);
  }

  /** The variant for the pixels of images, of which there are fewer. */
  static ColumnTile ofImages(DType type, int vector, int items) {
    ColumnTile tile = of(type, vector, Math.max(items, 32 + 1));
    return vector == 1 ? tile : new ColumnTile(vector, tile.lanes, 2);
  }

  String name() {
    return "v%dl%di%d".formatted(vector, lanes, items);
  }

  /** Blocks of threads, rows running fastest, so that those that run together read one strip. */
  int grid(String operation, int rows, long n) {
    long blocksOfRows = Launch.ceilDiv(rows, THREADS / lanes);
    return Launch.gridX(operation, blocksOfRows * Launch.ceilDiv(n, (long) vector * lanes * items));
  }
}
