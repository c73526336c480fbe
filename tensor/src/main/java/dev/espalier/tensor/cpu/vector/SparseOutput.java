package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Epilogue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The result of a sparse product and what its rows go through on their way there: {@code c =
 * epilogue(rows + beta c)}.
 */
final class SparseOutput implements AutoCloseable {
  /** {@code max(x + p, q)}. */
  private static final MapLoop SHIFT_AND_CLAMP = MapLoop.of((x, p, q) -> x.add(p).max(q));

  private static final int TRANSPOSED_COLUMNS = 16;

  private final MemorySegment c;
  private final boolean transposed;
  private final long pitch;
  private final float beta;
  private final Tensor rowBias;
  private final Tensor columnBias;
  private final MemorySegment rowBiases;
  private final MemorySegment columnBiases;
  private final float[] rowBiasValues;
  private final float floor;

  SparseOutput(Tensor c, double beta, Epilogue epilogue) {
    this.c = c.segment();
    this.transposed = !c.isContiguous();
    this.pitch = c.stride(transposed ? 1 : 0) * Float.BYTES;
    this.beta = (float) beta;
    this.rowBias = epilogue.rowBias() == null ? null : epilogue.rowBias().contiguous();
    this.columnBias = epilogue.columnBias() == null ? null : epilogue.columnBias().contiguous();
    this.rowBiases = rowBias == null ? null : rowBias.segment();
    this.columnBiases = columnBias == null ? null : columnBias.segment();
    this.rowBiasValues =
        rowBias == null ? new float[c.dim(0)] : rowBiases.toArray(ValueLayout.JAVA_FLOAT);
    this.floor = epilogue.relu() ? 0 : Float.NEGATIVE_INFINITY;
  }

  @Override
  public void close() {
    if (rowBias != null) {
      rowBias.close();
    }
    if (columnBias != null) {
      columnBias.close();
    }
  }

  MemorySegment segment() {
    return c;
  }

  /** Distance of rows in bytes, or of columns where c is transposed. */
  long pitch() {
    return pitch;
  }

  long offset(int row, int column) {
    return row * pitch + (long) column * Float.BYTES;
  }

  /**
   * Whether the products are c's elements as they are, so that a kernel may store them there
   * itself.
   */
  boolean isPlain() {
    return !transposed && beta == 0 && rowBias == null && columnBias == null && floor != 0;
  }

  /** Whether loops may leave the rows of whole vectors in c themselves. */
  boolean isDirect() {
    return !transposed && beta == 0;
  }

  /** Whether the ReLU is the loops' to apply, since nothing is added behind them. */
  boolean isClampedInLoop() {
    return floor == 0 && beta == 0;
  }

  /** One bias per row. */
  float[] rowBias() {
    return rowBiasValues;
  }

  /** Writes what rows start from, the biases of these columns or zeros, to the slot's header. */
  void columnBias(int column, int width, int vectors, int slot) {
    long header = Panels.header(slot);
    VectorFill.floats(Panels.MEMORY, header, (long) vectors * Lanes.COUNT, 0);
    if (columnBiases != null) {
      long from = (long) column * Float.BYTES;
      Packing.copyRow(columnBiases, from, Panels.MEMORY, header, width);
    }
  }

  /** Takes in rows as the loops left them, biases included, at (row, column). */
  void store(MemorySegment tile, long tilePitch, int row, int rows, int column, int columns) {
    if (transposed) {
      writeTransposed(tile, 0, tilePitch, row, rows, column, columns);
      return;
    }
    for (int i = 0; i < rows; i++) {
      long from = i * tilePitch;
      long to = offset(row + i, column);
      if (beta == 0) {
        Packing.copyRow(tile, from, c, to, columns);
      } else {
        Loops.ADD_SCALED.run(tile, from, c, to, beta, 0, tile, from, columns);
        SHIFT_AND_CLAMP.run(tile, from, 0, floor, c, to, columns);
      }
    }
  }

  /**
   * Takes in {@code rows} × {@code columns} products, which lie from {@code shift} on in rows
   * {@code tilePitch} bytes apart, at (row, column).
   */
  void write(
      MemorySegment tile, long shift, long tilePitch, int row, int rows, int column, int columns) {
    for (int i = 0; i < rows; i++) {
      long from = shift + i * tilePitch;
      long to = offset(row + i, column);
      if (beta != 0) {
        Loops.ADD_SCALED.run(tile, from, c, to, beta, 0, tile, from, columns);
      }
      if (columnBiases != null) {
        Loops.ADD.run(
            tile, from, columnBiases, (long) column * Float.BYTES, 0, 0, tile, from, columns);
      }
      float bias = rowBiases == null ? 0 : rowBiases.getAtIndex(ValueLayout.JAVA_FLOAT, row + i);
      if (transposed) {
        SHIFT_AND_CLAMP.run(tile, from, bias, floor, tile, from, columns);
      } else {
        SHIFT_AND_CLAMP.run(tile, from, bias, floor, c, to, columns);
      }
    }
    if (transposed) {
      writeTransposed(tile, shift, tilePitch, row, rows, column, columns);
    }
  }

  /** A few columns at a time, so that lines a power of two apart are full before they collide. */
  private void writeTransposed(
      MemorySegment tile, long shift, long tilePitch, int row, int rows, int column, int columns) {
    for (int j = 0; j < columns; j += TRANSPOSED_COLUMNS) {
      int width = Math.min(TRANSPOSED_COLUMNS, columns - j);
      long from = shift + (long) j * Float.BYTES;
      long to = (column + j) * pitch + (long) row * Float.BYTES;
      Packing.transpose(tile, from, tilePitch, c, to, pitch, rows, width);
    }
  }

  /** Takes in products of consecutive rows where c has one column. */
  void writeColumn(MemorySegment products, int row, int rows) {
    long to = (long) row * Float.BYTES;
    if (beta != 0) {
      Loops.ADD_SCALED.run(products, 0, c, to, beta, 0, products, 0, rows);
    }
    if (rowBiases != null) {
      Loops.ADD.run(products, 0, rowBiases, to, 0, 0, products, 0, rows);
    }
    float bias = columnBiases == null ? 0 : columnBiases.get(ValueLayout.JAVA_FLOAT, 0);
    SHIFT_AND_CLAMP.run(products, 0, bias, floor, c, to, rows);
  }
}
