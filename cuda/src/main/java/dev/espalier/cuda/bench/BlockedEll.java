package dev.espalier.cuda.bench;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import java.util.Arrays;

/**
 * A block-sparse matrix with as many places in each row of blocks as its longest row has blocks.
 *
 * @param columns [block rows, blocksPerRow] columns of blocks; -1 where the place is empty
 * @param values [rows, blocksPerRow · block] row-major; zero in empty places
 */
record BlockedEll(int block, int blocksPerRow, int[] columns, Tensor values)
    implements AutoCloseable {
  /** From square blocks, whose values lie [blocks, block, block], where those are. */
  static BlockedEll of(BsrPattern pattern, Tensor stored) {
    CsrPattern blocks = pattern.blocks();
    int size = pattern.blockHeight();
    int[] starts = blocks.rowOffsets();
    int most = 1;
    for (int row = 0; row < blocks.rows(); row++) {
      most = Math.max(most, starts[row + 1] - starts[row]);
    }
    int[] columns = new int[blocks.rows() * most];
    Arrays.fill(columns, -1);
    float[] from = stored.toFloatArray();
    int width = most * size;
    float[] values = new float[Math.multiplyExact(pattern.rows(), width)];
    for (int row = 0; row < blocks.rows(); row++) {
      for (int p = starts[row]; p < starts[row + 1]; p++) {
        int place = p - starts[row];
        columns[row * most + place] = blocks.columnIndices()[p];
        for (int i = 0; i < size; i++) {
          System.arraycopy(
              from, (p * size + i) * size, values, (row * size + i) * width + place * size, size);
        }
      }
    }
    try (Tensor host = Tensor.of(Shape.of(pattern.rows(), width), values);
        Tensor there = host.to(stored.device())) {
      return new BlockedEll(size, most, columns, there.to(stored.dtype()));
    }
  }

  @Override
  public void close() {
    values.close();
  }
}
