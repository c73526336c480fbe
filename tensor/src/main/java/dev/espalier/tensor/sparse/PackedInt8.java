package dev.espalier.tensor.sparse;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A sparse weight in eight bits for inference: a bitmap of the stored positions, the stored values
 * as signed bytes, and a scale per row.
 *
 * <p>{@code w[i, j] ≈ scale[i] q[i, j]} with {@code q} from -127 to 127, rounded to the nearest
 * (even) and {@code scale[i] = max |w[i, :]| / 127}, so that each value is wrong by at most half a
 * scale. A weight of R×K with nnz stored values takes {@code nnz + R ⌈K/64⌉ 8 + 8 R} bytes: 0.63
 * bytes per element at half density, where float32 takes 4 and CSR about as much. What it saves is
 * memory: unpacking costs more than the shorter read of the weight gains, so that products are
 * slower than dense float32 ones as long as those find the weight in a cache (bench/RESULTS.md).
 *
 * <pre>
 * 2×4:  . 2 . 1     bits    0b1010, 0b0001     scales 2/127, 4/127
 *       4 . . .     values  127 64 127
 * </pre>
 *
 * <p>Lossy and not trainable, hence no {@link SparseTensor}: prune and train first, pack last.
 * Products: {@code SparseOps.spmm(PackedInt8, Tensor, Epilogue)}.
 *
 * <p>Source of the layout: the packed weights of oneDNN's sparse matrix product, which are int8
 * with one bitmap per tile; here a bitmap per row, and scales. PyTorch: {@code
 * torch.quantization.per_channel_dynamic_qconfig} has the same arithmetic without the bitmap.
 */
public final class PackedInt8 implements AutoCloseable {
  /** Columns per word of the bitmap. */
  public static final int WORD = Long.SIZE;

  /** Zero bytes behind the values, so that whole vectors may be read anywhere. */
  public static final int SLACK = 64;

  private static final int LARGEST = 127;

  private final Shape shape;
  private final int rows;
  private final int columns;
  private final int[] rowOffsets;
  private final Tensor words;
  private final Tensor values;
  private final Tensor scales;

  private PackedInt8(
      Shape shape, Tiling view, int[] rowOffsets, Tensor words, Tensor values, Tensor scales) {
    this.shape = shape;
    this.rows = view.rows();
    this.columns = view.columns();
    this.rowOffsets = rowOffsets;
    this.words = words;
    this.values = values;
    this.scales = scales;
  }

  /**
   * Packs the stored entries of a weight, stored zeros included.
   *
   * @throws IllegalArgumentException if a value is not finite, with its place
   */
  public static PackedInt8 of(SparseTensor weight) {
    try (Csr csr = weight.toCsr()) {
      Tiling view = Tiling.elements(weight.shape());
      CsrPattern pattern = csr.pattern();
      int wordsPerRow = Math.ceilDiv(view.columns(), WORD);
      int[] offsets = new int[view.rows() + 1];
      long[] words = new long[Math.multiplyExact(view.rows(), wordsPerRow)];
      float[] scales = new float[view.rows()];
      Tensor values = Tensor.zeros(DType.INT8, Shape.of(Math.addExact(pattern.nnz(), SLACK)));
      MemorySegment from = csr.values().segment();
      MemorySegment to = values.segment();
      for (int row = 0; row < view.rows(); row++) {
        int begin = pattern.rowOffsets()[row];
        int end = pattern.rowOffsets()[row + 1];
        double scale = scale(csr, from, row, begin, end);
        scales[row] = (float) scale;
        for (int p = begin; p < end; p++) {
          int column = pattern.columnIndices()[p];
          words[row * wordsPerRow + column / WORD] |= 1L << column;
          double quotient = scale == 0 ? 0 : Elements.get(csr.dtype(), from, p) / scales[row];
          to.set(
              ValueLayout.JAVA_BYTE, p, (byte) Math.clamp(Math.rint(quotient), -LARGEST, LARGEST));
        }
        offsets[row + 1] = end;
      }
      return new PackedInt8(
          weight.shape(),
          view,
          offsets,
          Tensor.of(Shape.of(view.rows(), wordsPerRow), words),
          values,
          Tensor.of(Shape.of(view.rows()), scales));
    }
  }

  private static double scale(Csr csr, MemorySegment values, int row, int begin, int end) {
    double largest = 0;
    for (int p = begin; p < end; p++) {
      double value = Elements.get(csr.dtype(), values, p);
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "packed int8: the weight of row %d, column %d is %s; only finite values can be scaled"
                .formatted(row, csr.pattern().columnIndices()[p], value));
      }
      largest = Math.max(largest, Math.abs(value));
    }
    return (float) (largest / LARGEST);
  }

  /** The shape of the dense weight. */
  public Shape shape() {
    return shape;
  }

  /** Rows of the matrix view. */
  public int rows() {
    return rows;
  }

  /** Columns of the matrix view. */
  public int columns() {
    return columns;
  }

  /** Number of stored values. */
  public int nnz() {
    return rowOffsets[rows];
  }

  /** Where each row's values begin, and behind them their number; shared, not to be written. */
  public int[] rowOffsets() {
    return rowOffsets;
  }

  /** The bitmap, int64 [rows, ⌈columns / 64⌉]: bit j of word w is column 64 w + j. */
  public Tensor words() {
    return words;
  }

  /** The stored values, int8 [nnz + {@value #SLACK}], row by row in ascending columns. */
  public Tensor values() {
    return values;
  }

  /** What a row's values are multiplied by, float32 [rows]. */
  public Tensor scales() {
    return scales;
  }

  /** Memory that the weight takes, in bytes. */
  public long bytes() {
    return values.size()
        + words.size() * Long.BYTES
        + scales.size() * Float.BYTES
        + (long) rowOffsets.length * Integer.BYTES;
  }

  /** The weight that products see, float32 with zeros at the positions not stored. */
  public Tensor dense() {
    float[] dense = new float[Math.toIntExact(shape.size())];
    MemorySegment stored = values.segment();
    MemorySegment bitmap = words.segment();
    MemorySegment factors = scales.segment();
    int wordsPerRow = words.dim(1);
    for (int row = 0; row < rows; row++) {
      int p = rowOffsets[row];
      float scale = factors.getAtIndex(Elements.FLOAT, row);
      for (int column = 0; column < columns; column++) {
        long word = bitmap.getAtIndex(Elements.LONG, row * (long) wordsPerRow + column / WORD);
        if ((word >>> column & 1) != 0) {
          dense[row * columns + column] = scale * stored.get(ValueLayout.JAVA_BYTE, p++);
        }
      }
    }
    return Tensor.of(shape, dense);
  }

  @Override
  public void close() {
    words.close();
    values.close();
    scales.close();
  }

  @Override
  public String toString() {
    return "PackedInt8(%s, nnz %d, %d bytes)".formatted(shape, nnz(), bytes());
  }
}
