package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;

/**
 * A variant of the kernels of {@code block_product.cuh}.
 *
 * @param vector neighbouring items of a lane
 * @param height rows of a warp
 * @param parts of that height that make up a block
 */
record BlockTile(int vector, int height, int parts) {
  private static final int THREADS = 128;
  private static final int TALLEST = 8;

  static BlockTile of(int blockHeight, int vector) {
    int height = Math.min(TALLEST, Math.max(2, Integer.highestOneBit(2 * blockHeight - 1)));
    return new BlockTile(vector, height, Math.ceilDiv(blockHeight, height));
  }

  String name() {
    return "v%dh%d".formatted(vector, height);
  }

  /** The kernel's {@code BlockRows}. */
  ByteBuffer rows(DeviceContext context, SparseIndex index, Tensor values) {
    StoredRows rows = index.rows();
    return new Fields()
        .int32(rows.rows())
        .int32(parts)
        .int32(rows.blockHeight())
        .divisor(rows.blockWidth())
        .pointer(context.constant(index.order()))
        .pointer(context.constant(rows.offsets()))
        .pointer(context.constant(rows.columns()))
        .pointer(context.pointer(values))
        .build();
  }

  int grid(String operation, int rows, long n) {
    long blocksOfRows = Launch.ceilDiv((long) rows * parts, THREADS / 32);
    return Launch.gridX(operation, blocksOfRows * Launch.ceilDiv(n, 32L * vector));
  }
}
