package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.PoolSpec;

/**
 * How the outputs of a pooling are cut into vectors: a stretch of one output row, or several whole
 * rows, or several whole planes where they are short. What lies under one position of the window is
 * then picked from two vectors of the input by a table that is the same for every position and
 * every output vector.
 *
 * @param width of a row of the source, padding included
 * @param plane floats of a plane of the source, padding included
 * @param planes of the source that an output vector covers
 * @param rows of the output that it covers in each
 * @param columns of the output that it covers in each
 * @param places of the lanes' first columns, relative to that of the first lane
 * @param corners the same in a plane of the input, padding excluded
 * @param firstCorner what the first lane's own place is, at the first output; negative with padding
 * @param inputWidth of a row, padding excluded
 */
record WindowGrid(
    PoolSpec spec,
    int width,
    long plane,
    int outHeight,
    int outWidth,
    int planes,
    int rows,
    int columns,
    int[] places,
    int[] corners,
    int firstCorner,
    int inputWidth) {

  /** The last place from which a pair of neighbours lies in two vectors. */
  private static final int REACH = 2 * Lanes.COUNT - 2;

  static WindowGrid of(PoolSpec spec, int inputHeight, int inputWidth) {
    int outHeight = spec.outHeight(inputHeight);
    int outWidth = spec.outWidth(inputWidth);
    int width = inputWidth + 2 * spec.padW();
    long plane = (long) (inputHeight + 2 * spec.padH()) * width;
    int columns = Math.min(outWidth, 1 + Math.min(Lanes.COUNT - 1, REACH / spec.strideW()));
    int rows = 1;
    int planes = 1;
    long lastColumn = (long) (columns - 1) * spec.strideW();
    if (columns == outWidth) {
      long pitch = (long) spec.strideH() * width;
      rows = fitting(outWidth, pitch, lastColumn, outHeight);
      if (rows == outHeight) {
        long last = lastColumn + (rows - 1) * pitch;
        planes = fitting(outHeight * outWidth, plane, last, Lanes.COUNT);
      }
    }
    int[] places = new int[Lanes.COUNT];
    int[] corners = new int[Lanes.COUNT];
    for (int lane = 0; lane < planes * rows * columns; lane++) {
      int row = lane / columns % rows * spec.strideH();
      int column = lane % columns * spec.strideW();
      places[lane] = (int) (lane / (rows * columns) * plane) + row * width + column;
      corners[lane] = row * inputWidth + column;
    }
    return new WindowGrid(
        spec,
        width,
        plane,
        outHeight,
        outWidth,
        planes,
        rows,
        columns,
        places,
        corners,
        -spec.padH() * inputWidth - spec.padW(),
        inputWidth);
  }

  /** How many groups of {@code lanes} lanes at a distance of {@code pitch} a vector holds. */
  private static int fitting(int lanes, long pitch, long last, int most) {
    long byReach = 1 + (REACH - last) / pitch;
    return Math.clamp(Math.min(byReach, Lanes.COUNT / lanes), 1, most);
  }

  /** Whether the lanes' first columns are neighbours, so that a load takes the place of a table. */
  boolean isAdjacent() {
    for (int lane = 1; lane < planes * rows * columns; lane++) {
      if (places[lane] != lane) {
        return false;
      }
    }
    return true;
  }

  /** Floats from the start of a plane of the source that loads may touch. */
  long reach() {
    long corner = (long) (outHeight - 1) * spec.strideH() * width;
    corner += (long) (outWidth - 1) * spec.strideW();
    return corner + (long) (spec.kernelH() - 1) * width + spec.kernelW() + 2L * Lanes.COUNT;
  }
}
