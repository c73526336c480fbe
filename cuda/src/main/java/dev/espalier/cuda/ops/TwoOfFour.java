package dev.espalier.cuda.ops;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.NmPattern;
import java.util.Arrays;

/**
 * The positions of a 2:4 matrix in the order in which the sparse instruction takes them.
 *
 * @param places for every 16 rows and 32 columns 16 words; see {@code nm_mma.cu}
 */
record TwoOfFour(int[] places) {
  private static final int TILE_ROWS = 64;
  private static final int ROWS = 16;
  private static final int COLUMNS = 32;
  private static final int HALF = 16;

  /** The first two of each four, where there is no element. */
  private static final int NONE = 0x44444444;

  static TwoOfFour of(NmPattern pattern) {
    return pattern.derived().get(TwoOfFour.class, () -> new TwoOfFour(packed(pattern)));
  }

  private static int[] packed(NmPattern pattern) {
    int groups = Math.ceilDiv(pattern.rows(), TILE_ROWS) * TILE_ROWS / ROWS;
    int steps = Math.ceilDiv(pattern.columns(), COLUMNS);
    int[] words = new int[groups * steps * ROWS];
    Arrays.fill(words, NONE);
    int fours = pattern.columns() / 4;
    int shared = pattern.structure().rows();
    for (int row = 0; row < pattern.rows(); row++) {
      for (int four = 0; four < fours; four++) {
        int at = (row / shared * fours + four) * 2;
        int nibble = pattern.positions()[at] | pattern.positions()[at + 1] << 2;
        int column = four * 4;
        int word =
            (row / ROWS * steps + column / COLUMNS) * ROWS + row % 8 * 2 + column % COLUMNS / HALF;
        int bit = row % ROWS / 8 * HALF + column % HALF;
        words[word] = words[word] & ~(0xf << bit) | nibble << bit;
      }
    }
    return words;
  }

  /** The values as a matrix [rows, columns / 2], the stored ones of each row in their order. */
  static Tensor compressed(NmPattern pattern, Tensor values) {
    int shared = pattern.structure().rows();
    int kept = pattern.columns() / 2;
    if (shared == 1) {
      return values.reshape(pattern.rows(), kept);
    }
    try (Tensor groups = values.reshape(pattern.rows() / shared, kept, shared);
        Tensor rows = groups.transpose(1, 2)) {
      return rows.reshape(pattern.rows(), kept);
    }
  }
}
