package dev.espalier.cuda.bench;

import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.SparsePattern;
import java.util.SplittableRandom;

/**
 * How a weight is stored.
 *
 * @param label as elsewhere in the project: {@code dense csr bsr-16 bsr-16x144 vector-4x1 nm-2:4}
 * @param height rows that are stored together
 * @param width columns that are stored together
 */
record Format(String label, int height, int width) {
  static final Format DENSE = new Format("dense", 0, 0);
  static final Format CSR = new Format("csr", 1, 1);
  static final Format TWO_OF_FOUR = new Format("nm-2:4", 0, 0);

  /** The largest blocks that kernels take; larger ones are drawn whole and stored in such parts. */
  private static final int LARGEST_STORED = 64;

  static Format blocks(int size) {
    return new Format("bsr-" + size, size, size);
  }

  /** Blocks that span all taps of as many input channels as they have rows. */
  static Format kernels(int size, int taps) {
    return new Format("bsr-%dx%d".formatted(size, size * taps), size, size * taps);
  }

  static Format vectors(int rows) {
    return new Format("vector-%dx1".formatted(rows), rows, 1);
  }

  boolean isDense() {
    return equals(DENSE);
  }

  boolean fits(int rows, int columns) {
    return isDense()
        || (equals(TWO_OF_FOUR) ? columns % 4 == 0 : rows % height == 0 && columns % width == 0);
  }

  /**
   * Positions drawn uniformly: rows have unequal lengths, some may be empty. A new object with
   * arrays of its own at each call, so that each has its own copy on the device; null for a dense
   * weight.
   */
  SparsePattern draw(int rows, int columns, double sparsity, long seed) {
    var random = new SplittableRandom(seed);
    if (isDense()) {
      return null;
    }
    if (equals(TWO_OF_FOUR)) {
      return twoOfFour(rows, columns, random);
    }
    CsrPattern grid = uniform(rows / height, columns / width, 1 - sparsity, random);
    if (height == 1 && width == 1) {
      return grid;
    }
    int parts = Math.max(1, height / LARGEST_STORED);
    return new BsrPattern(refined(grid, parts), height / parts, width / parts);
  }

  /** Each position as {@code parts} rows and columns of positions. */
  private static CsrPattern refined(CsrPattern grid, int parts) {
    if (parts == 1) {
      return grid;
    }
    int[] starts = grid.rowOffsets();
    int[] offsets = new int[grid.rows() * parts + 1];
    int[] found = new int[grid.nnz() * parts * parts];
    int count = 0;
    for (int row = 0; row < offsets.length - 1; row++) {
      for (int p = starts[row / parts]; p < starts[row / parts + 1]; p++) {
        for (int part = 0; part < parts; part++) {
          found[count++] = grid.columnIndices()[p] * parts + part;
        }
      }
      offsets[row + 1] = count;
    }
    return CsrPattern.of(grid.rows() * parts, grid.columns() * parts, offsets, found);
  }

  private static CsrPattern uniform(
      int rows, int columns, double density, SplittableRandom random) {
    int[] offsets = new int[rows + 1];
    int[] found =
        new int[(int) Math.min((double) rows * columns, rows * columns * density * 1.1 + 1024)];
    int count = 0;
    double scale = 1 / Math.log1p(-density);
    long end = (long) rows * columns;
    int row = 0;
    // geometric steps from one position to the next are as many independent draws
    for (long at = step(random, density, scale) - 1; at < end; at += step(random, density, scale)) {
      for (; row < at / columns; row++) {
        offsets[row + 1] = count;
      }
      if (count == found.length) {
        found = java.util.Arrays.copyOf(found, count + count / 2 + 1);
      }
      found[count++] = (int) (at % columns);
    }
    for (; row < rows; row++) {
      offsets[row + 1] = count;
    }
    return CsrPattern.of(rows, columns, offsets, java.util.Arrays.copyOf(found, count));
  }

  private static long step(SplittableRandom random, double density, double scale) {
    return density >= 1 ? 1 : 1 + (long) (Math.log(1 - random.nextDouble()) * scale);
  }

  private static NmPattern twoOfFour(int rows, int columns, SplittableRandom random) {
    byte[] positions = new byte[rows * columns / 2];
    for (int at = 0; at < positions.length; at += 2) {
      int first = random.nextInt(4);
      int second = (first + 1 + random.nextInt(3)) % 4;
      positions[at] = (byte) Math.min(first, second);
      positions[at + 1] = (byte) Math.max(first, second);
    }
    return NmPattern.of(rows, columns, new Granularity.NOfM(2, 4), positions);
  }
}
