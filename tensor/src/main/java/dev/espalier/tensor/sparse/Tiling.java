package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;

/**
 * How a {@link Granularity} cuts one weight into groups: equal tiles of the weight's matrix view,
 * numbered row-major.
 *
 * <p>The matrix view of a weight has {@code dim 0} rows and the product of the other extents as
 * columns, so [O, I, kh, kw] is the matrix [O, I·kh·kw], a vector [n] is [n, 1] and a scalar [1,
 * 1]. Every granularity is a tiling of it; the channels of a convolution, for one, are the tiles O
 * × kh·kw.
 *
 * @param rows rows of the matrix view
 * @param columns columns of the matrix view
 * @param height rows per tile, a divisor of rows
 * @param width columns per tile, a divisor of columns
 */
public record Tiling(int rows, int columns, int height, int width) {
  public Tiling {
    if (rows < 0
        || columns < 0
        || height < 1
        || width < 1
        || rows % height != 0
        || columns % width != 0) {
      throw new IllegalArgumentException(
          "tiling: %d×%d tiles do not cut a %d×%d matrix evenly"
              .formatted(height, width, rows, columns));
    }
  }

  /** The tiling into single elements, which is the matrix view itself. */
  public static Tiling elements(Shape shape) {
    if (shape.rank() == 0) {
      return new Tiling(1, 1, 1, 1);
    }
    long columns = 1;
    for (int axis = 1; axis < shape.rank(); axis++) {
      columns *= shape.dim(axis);
      if (columns > Integer.MAX_VALUE) { // before the next factor can overflow
        throw new IllegalArgumentException(
            "matrix view: shape %s has more than 2^31 - 1 columns".formatted(shape));
      }
    }
    return new Tiling(shape.dim(0), (int) columns, 1, 1);
  }

  /** Tiles along a row. */
  public int tileColumns() {
    return columns / width;
  }

  /** Number of tiles; an empty matrix has none. */
  public long count() {
    return (long) (rows / height) * tileColumns();
  }

  /** Elements per tile. */
  public long tileSize() {
    return (long) height * width;
  }

  /** The tile that holds a row-major element index. */
  public long tileOf(long flat) {
    return flat / columns / height * tileColumns() + flat % columns / width;
  }
}
