package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.spi.Epilogue;

/**
 * Products of block-sparse and 2:4 sparse matrices on tensor cores (modules {@code blocks_mma},
 * {@code nm_mma}).
 *
 * <p>Never chosen by the backend itself: each call names the type to which it lets operands be
 * rounded. Operands are float32, or tensors that already have the type's storage; results are
 * float32. The sums' order is fixed: same inputs, same bits.
 */
public final class TensorCoreProducts {
  private static final int THREADS = 128;
  private static final int COLUMNS = 128;
  private static final int SAMPLED_COLUMNS = 64;
  private static final int SAMPLED_ROUND_BYTES = 128;
  private static final int NM_ROWS = 64;
  private static final Granularity.NOfM TWO_OF_FOUR = new Granularity.NOfM(2, 4);

  private final DeviceContext context;

  /** The operations on one device. */
  public TensorCoreProducts(DeviceContext context) {
    this.context = context;
  }

  /**
   * Whether the kernels take blocks of that size: square, of 8, 16, 32 or 64.
   *
   * @param pattern of the matrix
   */
  public static boolean takes(BsrPattern pattern) {
    int size = pattern.blockHeight();
    return pattern.blockWidth() == size && size >= 8 && size <= 64 && Integer.bitCount(size) == 1;
  }

  /**
   * {@code c = epilogue(A b + beta c)}; A [M, K] in blocks, b [K, N], c [M, N] contiguous float32.
   *
   * @throws IllegalArgumentException if the blocks are not square of 8, 16, 32 or 64
   */
  public void spmm(
      BsrPattern pattern,
      Tensor values,
      Tensor b,
      double beta,
      Tensor c,
      Epilogue epilogue,
      TensorCoreType type) {
    check(pattern);
    blocks(pattern, null, pattern.blockHeight(), values, b, beta, c, epilogue, type);
  }

  /**
   * {@code c = Aᵀ b}, the input gradient of {@link #spmm}; A [M, K] in blocks, b [M, N], c [K, N]
   * contiguous float32. The values are those of A: blocks are transposed as they are read.
   *
   * @throws IllegalArgumentException if the blocks are not square of 8, 16, 32 or 64
   */
  public void spmmTransposed(
      BsrPattern pattern, Tensor values, Tensor b, Tensor c, TensorCoreType type) {
    check(pattern);
    int[] blocks = pattern.blocks().transposePermutation();
    blocks(
        pattern.transpose(), blocks, pattern.blockHeight(), values, b, 0, c, Epilogue.NONE, type);
  }

  private void blocks(
      BsrPattern pattern,
      int[] blocks,
      int size,
      Tensor values,
      Tensor b,
      double beta,
      Tensor c,
      Epilogue epilogue,
      TensorCoreType type) {
    if (c.size() == 0) {
      return;
    }
    SparseIndex index = SparseIndex.of(pattern);
    StoredRows rows = index.rows();
    int n = b.dim(1);
    try (Tensor stored = TensorCoreOperands.flat(values, type);
        Tensor dense = TensorCoreOperands.rows(b, type)) {
      String entry =
          "blocks_mma_%s_b%d%s".formatted(type.suffix(), size, blocks == null ? "" : "t");
      Launch launch =
          context
              .launch("blocks_mma", entry)
              .struct(
                  new Fields()
                      .int32(rows.rows())
                      .pointer(context.constant(index.order()))
                      .pointer(context.constant(rows.offsets()))
                      .pointer(context.constant(rows.columns()))
                      .pointer(blocks == null ? null : context.constant(blocks))
                      .build())
              .tensor(stored)
              .int32(n)
              .tensor(dense)
              .int32((int) dense.stride(0))
              .float32((float) beta)
              .tensor(c);
      Operands.epilogue(launch, epilogue);
      long grid = rows.rows() * Launch.ceilDiv(n, COLUMNS);
      launch.run(Extent.of(Launch.gridX("spmm", grid)), Extent.of(THREADS));
    }
  }

  /**
   * {@code out[p] = Σ_n a[row(p), n] b[column(p), n]} at each stored position p, the weight
   * gradient of {@link #spmm}; a [M, N], b [K, N], out float32 in the shape of the values.
   *
   * @throws IllegalArgumentException if the blocks are not square of 8, 16, 32 or 64
   */
  public void sddmm(BsrPattern pattern, Tensor a, Tensor b, Tensor out, TensorCoreType type) {
    check(pattern);
    if (out.size() == 0) {
      return;
    }
    int n = a.dim(1);
    if (n == 0) {
      out.fill(0);
      return;
    }
    SparseIndex index = SparseIndex.of(pattern);
    StoredRows rows = index.rows();
    Chunks chunks = index.chunks(SAMPLED_COLUMNS);
    int round = SAMPLED_ROUND_BYTES / type.storage().bytes();
    SampleTile.Split split = SampleTile.Split.of(chunks.count(), n, round);
    try (Tensor left = TensorCoreOperands.rows(a, type);
        Tensor dense = TensorCoreOperands.rows(b, type);
        Tensor sums = split.sums(out)) {
      context
          .launch(
              "blocks_mma", "sampled_mma_%s_b%d".formatted(type.suffix(), pattern.blockHeight()))
          .struct(
              new Fields()
                  .int32(rows.values())
                  .pointer(context.constant(chunks.row()))
                  .pointer(context.constant(chunks.first()))
                  .pointer(context.constant(rows.offsets()))
                  .pointer(context.constant(rows.columns()))
                  .build())
          .int32(n)
          .int32(split.items())
          .tensor(left)
          .int32((int) left.stride(0))
          .tensor(dense)
          .int32((int) dense.stride(0))
          .tensor(sums)
          .run(Extent.of(chunks.count(), split.count()), Extent.of(THREADS));
      split.join(context, sums, out);
    }
  }

  /**
   * {@code c = epilogue(A b + beta c)} on sparse tensor cores; A [M, K] 2:4 sparse, b [K, N], c [M,
   * N] contiguous float32.
   *
   * @param type {@link TensorCoreType#BFLOAT16} or {@link TensorCoreType#FLOAT16}
   * @throws IllegalArgumentException if the pattern is not 2:4, or the type has no 2:4 instruction
   *     (tf32 has 1:2 alone)
   */
  public void spmm(
      NmPattern pattern,
      Tensor values,
      Tensor b,
      double beta,
      Tensor c,
      Epilogue epilogue,
      TensorCoreType type) {
    if (pattern.structure().n() != TWO_OF_FOUR.n() || pattern.structure().m() != TWO_OF_FOUR.m()) {
      throw new IllegalArgumentException(
          "spmm on tensor cores: %s is not 2:4; use the backend's spmm".formatted(pattern));
    }
    if (type == TensorCoreType.TF32) {
      throw new IllegalArgumentException(
          "spmm on tensor cores: there is no 2:4 product of tf32; use BFLOAT16 or FLOAT16");
    }
    if (c.size() == 0) {
      return;
    }
    int m = pattern.rows();
    int n = b.dim(1);
    int[] places = TwoOfFour.of(pattern).places();
    try (Tensor compressed = TwoOfFour.compressed(pattern, values);
        Tensor stored = TensorCoreOperands.rows(compressed, type);
        Tensor dense = TensorCoreOperands.rows(b, type)) {
      Launch launch =
          context
              .launch("nm_mma", "nm_mma_" + type.suffix())
              .int32(m)
              .int32(pattern.columns())
              .int32(n)
              .tensor(stored)
              .int32((int) stored.stride(0))
              .pointer(context.constant(places))
              .tensor(dense)
              .int32((int) dense.stride(0))
              .float32((float) beta)
              .tensor(c);
      Operands.epilogue(launch, epilogue);
      long grid = Launch.ceilDiv(m, NM_ROWS) * Launch.ceilDiv(n, COLUMNS);
      launch.run(Extent.of(Launch.gridX("spmm", grid)), Extent.of(THREADS));
    }
  }

  private static void check(BsrPattern pattern) {
    if (!takes(pattern)) {
      throw new IllegalArgumentException(
          "spmm on tensor cores: blocks must be square of 8, 16, 32 or 64 but are %d×%d; use the backend's spmm"
              .formatted(pattern.blockHeight(), pattern.blockWidth()));
    }
  }
}
