package dev.espalier.cuda.ops;

import dev.espalier.tensor.ConvSpec;
import java.util.Arrays;

/**
 * The input gradient of a convolution whose weight is stored in blocks, as a product of blocks.
 *
 * <p>The gradient's rows are input channels, once for each phase of the stride. A block there is
 * some neighbouring channels by the output channels of one row of the weight's blocks, at one tap.
 * It is stored where the weight stores any of it, with zeros for what the weight does not store;
 * there are none where the weight's blocks span all taps of a whole number of such channels.
 */
final class GradInputBlocks {
  private final StoredRows rows;
  private final ConvPlan.Geometry g;
  private final int channels;
  private final int groups;

  /** The row of blocks (from 1) that last stored anything, by group of channels and tap. */
  private final int[] lastRow;

  private GradInputBlocks(StoredRows rows, ConvPlan.Geometry g, int channels) {
    this.rows = rows;
    this.g = g;
    this.channels = channels;
    groups = g.channels() / channels;
    lastRow = new int[Math.multiplyExact(groups, g.taps())];
  }

  /**
   * How many input channels the weight's blocks span with all their taps; 0 if blocks begin or end
   * between the taps of a channel.
   */
  static int spannedChannels(StoredRows rows, ConvPlan.Geometry g) {
    return rows.blockWidth() % g.taps() == 0 ? rows.blockWidth() / g.taps() : 0;
  }

  /**
   * The plan of the product.
   *
   * @param rows of the weight; all rows of a block see the same input channels
   * @param channels of a block, which divide those of a group of the convolution
   * @param piece elements of the pieces of planes that are shifted for each tap; 0 if they are not
   */
  static ConvPlan plan(StoredRows rows, ConvPlan.Geometry g, int channels, int piece) {
    return new GradInputBlocks(rows, g, channels).plan(piece);
  }

  /** How many values that product has, zeros included. */
  static long values(StoredRows rows, ConvPlan.Geometry g, int channels) {
    int[] begin = new GradInputBlocks(rows, g, channels).blocksBeforeRows();
    return (long) begin[begin.length - 1] * channels * rows.blockHeight();
  }

  private int channel(int blockRow, int stored) {
    return g.firstChannel(blockRow * rows.blockHeight()) + rows.columns()[stored] / g.taps();
  }

  private int tap(int stored) {
    return rows.columns()[stored] % g.taps();
  }

  private int cell(int blockRow, int stored) {
    return channel(blockRow, stored) / channels * g.taps() + tap(stored);
  }

  /** Whether a stored column is the first of its row of blocks in that cell. */
  private boolean begins(int blockRow, int cell) {
    boolean first = lastRow[cell] != blockRow + 1;
    lastRow[cell] = blockRow + 1;
    return first;
  }

  private int distanceH(int tap) {
    return tap / g.kernelW() * g.spec().dilationH();
  }

  private int distanceW(int tap) {
    return tap % g.kernelW() * g.spec().dilationW();
  }

  private int rowOf(int cell) {
    int tap = cell % g.taps();
    ConvSpec spec = g.spec();
    int phase = distanceH(tap) % spec.strideH() * spec.strideW() + distanceW(tap) % spec.strideW();
    return phase * groups + cell / g.taps();
  }

  private ConvPlan plan(int piece) {
    ConvSpec spec = g.spec();
    var height = ConvGrid.gradInputH(spec, g.height(), g.kernelH());
    var unshifted = ConvGrid.gradInputW(spec, g.width(), g.kernelW());
    var width = piece > 0 ? unshifted.shifted(g.kernelW(), piece) : unshifted;
    int depth = rows.blockHeight();
    int[] begin = blocksBeforeRows();
    int blocks = begin[begin.length - 1];
    int[] places = new int[Math.multiplyExact(blocks, depth)];
    int[] permutation =
        new int
            [Operands.requireInt(
                "input gradient of a block-sparse convolution", (long) blocks * channels * depth)];
    Arrays.fill(permutation, -1);
    int[] next = begin.clone();
    int[] blockAt = new int[lastRow.length];
    Arrays.fill(lastRow, 0);
    for (int row = 0; row < rows.rows(); row++) {
      for (int p = rows.offsets()[row]; p < rows.offsets()[row + 1]; p++) {
        int cell = cell(row, p);
        if (begins(row, cell)) {
          blockAt[cell] = next[rowOf(cell)]++;
          for (int r = 0; r < depth; r++) {
            places[blockAt[cell] * depth + r] = place(height, width, row * depth + r, tap(p));
          }
        }
        int to = (blockAt[cell] * channels + channel(row, p) % channels) * depth;
        int from = p / rows.blockWidth() * depth * rows.blockWidth() + p % rows.blockWidth();
        for (int r = 0; r < depth; r++) {
          permutation[to + r] = from + r * rows.blockWidth();
        }
      }
    }
    int[] offsets = new int[begin.length];
    Arrays.setAll(offsets, row -> begin[row] * depth);
    var index = new StoredRows(begin.length - 1, channels, depth, offsets, places);
    return new ConvPlan(height, width, g.outChannels(), index, permutation);
  }

  /** For each row of the gradient's blocks how many are stored before it, and how many in all. */
  private int[] blocksBeforeRows() {
    int phases = g.spec().strideH() * g.spec().strideW();
    int[] begin = new int[Math.multiplyExact(phases, groups) + 1];
    for (int row = 0; row < rows.rows(); row++) {
      for (int p = rows.offsets()[row]; p < rows.offsets()[row + 1]; p++) {
        int cell = cell(row, p);
        if (begins(row, cell)) {
          begin[rowOf(cell) + 1]++;
        }
      }
    }
    for (int row = 1; row < begin.length; row++) {
      begin[row] += begin[row - 1];
    }
    return begin;
  }

  private int place(ConvGrid height, ConvGrid width, int outChannel, int tap) {
    int plane =
        outChannel * width.phases()
            + width.plane(tap % g.kernelW(), distanceW(tap), g.spec().strideW());
    return (plane * height.extent() + height.place(distanceH(tap), g.spec().strideH()))
            * width.extent()
        + width.place(distanceW(tap), g.spec().strideW());
  }
}
