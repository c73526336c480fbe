package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.util.function.IntConsumer;

/** Single-precision matrix product on raw memory. Checks nothing but assertions. */
public final class Gemm {
  /** Columns beside whole vectors that would leave most lanes of a tile idle. */
  private static final int FEW_COLUMNS = 2;

  private Gemm() {}

  /**
   * {@code c = epilogue(alpha a b + beta c)} with a [m, k], b [k, n] and c [m, n].
   *
   * <p>a and b may have any strides (a transpose is {@link MatrixView#transposed}), c has column
   * stride 1 and overlaps neither. beta 0 does not read c. The result depends on shapes and strides
   * alone, not on the number of threads; each element is one chain of fused multiply-adds per slice
   * of at most 768 steps of depth, or, for slim products, one per vector lane.
   */
  public static void sgemm(
      int m,
      int n,
      int k,
      float alpha,
      MatrixView a,
      MatrixView b,
      float beta,
      MatrixView c,
      TileEpilogue epilogue) {
    assert m >= 0 && n >= 0 && k >= 0;
    assert c.columnStride() == 1 || n <= 1;
    MatrixView aT = a.transposed();
    MatrixView bT = b.transposed();
    if (SlimProduct.handles(m, SlimProduct.MAX_ROWS, k, a, b)) {
      new SlimProduct(m, n, k, alpha, a, b, beta, c, epilogue).run();
    } else if (SlimProduct.handles(n, SlimProduct.MAX_COLUMNS, k, bT, aT)) {
      TileEpilogue epilogueT = epilogue.transposed();
      new SlimProduct(n, m, k, alpha, bT, aT, beta, c.transposed(), epilogueT).run();
    } else if (n > 2 * Lanes.COUNT && n % Lanes.COUNT <= FEW_COLUMNS && isSlim(n, k, aT, bT)) {
      int whole = n - n % Lanes.COUNT;
      sgemm(m, whole, k, alpha, a, b, beta, c, epilogue);
      MatrixView restB = b.shifted(whole * b.columnStride());
      MatrixView restC = c.shifted(whole * c.columnStride());
      sgemm(m, n - whole, k, alpha, a, restB, beta, restC, epilogue.fromColumn(whole));
    } else {
      RowSource rows = new MatrixRows(a, alpha);
      ColumnSource columns = new MatrixColumns(b);
      new TiledProduct(m, n, k, rows, columns, beta, OutputMap.plain(c, n), epilogue).run();
    }
  }

  /** Whether the last columns, some but few, are cheaper as dot products than as a tile's part. */
  private static boolean isSlim(int n, int k, MatrixView aT, MatrixView bT) {
    return SlimProduct.handles(n % Lanes.COUNT, FEW_COLUMNS, k, bT, aT);
  }

  /** {@link #sgemm} for each of a batch of operands that lie at fixed distances (in elements). */
  public static void sgemmBatched(
      int batch,
      int m,
      int n,
      int k,
      float alpha,
      MatrixView a,
      long aStride,
      MatrixView b,
      long bStride,
      float beta,
      MatrixView c,
      long cStride,
      TileEpilogue epilogue) {
    IntConsumer one =
        i ->
            sgemm(
                m,
                n,
                k,
                alpha,
                a.shifted(i * aStride),
                b.shifted(i * bStride),
                beta,
                c.shifted(i * cStride),
                epilogue);
    if (batch >= Workers.threads()) {
      Workers.run(batch, one);
    } else {
      for (int i = 0; i < batch; i++) {
        one.accept(i);
      }
    }
  }
}
