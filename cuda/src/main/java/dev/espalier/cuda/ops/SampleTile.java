package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;

/**
 * A variant of the kernels of {@code sampled_product.cuh}.
 *
 * @param vector neighbouring items of a lane
 * @param lanes that own a chunk
 * @param height rows of a chunk
 * @param parts of that height that make up a block
 */
record SampleTile(int vector, int lanes, int height, int parts) {
  private static final int THREADS = 128;
  private static final int SUMS = 32;
  private static final int TALLEST = 8;

  /** Blocks of threads below which the items are split: enough to fill the largest devices. */
  private static final int FILLING_BLOCKS = 1024;

  /** Rounds of its loop that a split must at least have. */
  private static final int LEAST_ROUNDS = 8;

  /**
   * How the items of a sampled product are dealt out.
   *
   * @param count of splits
   * @param items of each but the last
   */
  record Split(int count, int items) {
    /** Where the kernel writes: the result itself, or one result for each split. */
    Tensor sums(Tensor out) {
      return count == 1
          ? out.alias()
          : Tensor.empty(out.dtype(), Shape.of(count, Math.toIntExact(out.size())), out.device());
    }

    /** Adds the splits' sums, in their order. */
    void join(DeviceContext context, Tensor sums, Tensor out) {
      if (count > 1) {
        context
            .launch("sddmm", "sum_splits_" + Operands.name(out.dtype()))
            .int32((int) out.size())
            .int32(count)
            .tensor(sums)
            .tensor(out)
            .overElements(out.size());
      }
    }

    /** As many splits as fill a device, of whole rounds of that many items. */
    static Split of(long blocks, int items, int round) {
      long wanted = Math.ceilDiv(FILLING_BLOCKS, Math.max(1, blocks));
      long most = Math.max(1, items / ((long) round * LEAST_ROUNDS));
      long count = Math.min(wanted, most);
      int each = (int) (Math.ceilDiv(Math.ceilDiv(items, count), round) * round);
      return new Split(Math.ceilDiv(items, each), each);
    }
  }

  static SampleTile of(SparseIndex index, int vector) {
    StoredRows rows = index.rows();
    int height = Math.min(TALLEST, Integer.highestOneBit(Math.max(1, 2 * rows.blockHeight() - 1)));
    return new SampleTile(vector, SUMS / vector, height, Math.ceilDiv(rows.blockHeight(), height));
  }

  String name() {
    return "v%dl%dh%d".formatted(vector, lanes, height);
  }

  private Chunks chunks(SparseIndex index) {
    return index.chunks(SUMS / height);
  }

  /** The kernel's {@code Chunks}. */
  ByteBuffer chunks(DeviceContext context, SparseIndex index) {
    StoredRows rows = index.rows();
    Chunks chunks = chunks(index);
    return new Fields()
        .int32(chunks.count())
        .int32(rows.values())
        .pointer(context.constant(chunks.row()))
        .pointer(context.constant(chunks.first()))
        .pointer(context.constant(rows.offsets()))
        .pointer(context.constant(index.columns()))
        .int32(rows.blockHeight())
        .divisor(rows.blockWidth())
        .int32(parts)
        .build();
  }

  int blocks(String operation, SparseIndex index) {
    long works = (long) chunks(index).count() * parts;
    return Launch.gridX(operation, Launch.ceilDiv(works, THREADS / lanes));
  }

  Split split(SparseIndex index, int items) {
    return Split.of(blocks("sddmm", index), items, vector * lanes);
  }
}
