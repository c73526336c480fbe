package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Epilogue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The result of a sparse product and what its rows go through on their way there: {@code c =
 * epilogue(rows + beta c)}.
 */
final class SparseOutput implements ProductSink, AutoCloseable {
  /** {@code max(x + p, q)}. */
  private static final MapLoop SHIFT_AND_CLAMP = MapLoop.of((x, p, q) -> x.add(p).max(q));

  private static final int TRANSPOSED_COLUMNS = 16;

  private MemorySegment c;
  private boolean transposed;
  private long pitch;
  private float beta;
  private Tensor rowBiasCopy;
  private Tensor columnBiasCopy;
  private MemorySegment rowBiases;
  private MemorySegment columnBiases;
  private float[] rowBiasValues;
  private float floor;

  SparseOutput set(Tensor c, double beta, Epilogue epilogue) {
    this.c = c.segment();
    this.transposed = !c.isContiguous();
    this.pitch = c.stride(transposed ? 1 : 0) * Float.BYTES;
    this.beta = (float) beta;
    this.rowBiasCopy = Dense.copyIfStrided(epilogue.rowBias());
    this.columnBiasCopy = Dense.copyIfStrided(epilogue.columnBias());
    this.rowBiases = Dense.segment(epilogue.rowBias(), rowBiasCopy);
    this.columnBiases = Dense.segment(epilogue.columnBias(), columnBiasCopy);
    this.rowBiasValues = RowBias.of(rowBiases, c.dim(0));
    this.floor = epilogue.relu() ? 0 : Float.NEGATIVE_INFINITY;
    return this;
  }

  @Override
  public void close() {
    if (rowBiasCopy != null) {
      rowBiasCopy.close();
      rowBiasCopy = null;
    }
    if (columnBiasCopy != null) {
      columnBiasCopy.close();
      columnBiasCopy = null;
    }
  }

  @Override
  public MemorySegment segment() {
    return c;
  }

  /** Distance of rows in bytes, or of columns where c is transposed. */
  @Override
  public long pitch() {
    return pitch;
  }

  @Override
  public long offset(int row, int column) {
    return row * pitch + (long) column * Float.BYTES;
  }

  @Override
  public boolean isDirect(int column, int width) {
    return !transposed && beta == 0;
  }

  @Override
  public boolean isClampedInLoop() {
    return floor == 0 && beta == 0;
  }

  @Override
  public float[] rowBias() {
    return rowBiasValues;
  }

  @Override
  public void columnBias(int column, int width, int vectors, int slot) {
    long header = Panels.header(slot);
    VectorFill.floats(Panels.MEMORY, header, (long) vectors * Lanes.COUNT, 0);
    if (columnBiases != null) {
      long from = (long) column * Float.BYTES;
      Packing.copyRow(columnBiases, from, Panels.MEMORY, header, width);
    }
  }

  @Override
  public void store(
      MemorySegment tile, long shift, long tilePitch, int row, int rows, int column, int columns) {
    if (transposed) {
      writeTransposed(tile, shift, tilePitch, row, rows, column, columns);
      return;
    }
    if (beta == 0) {
      PanelCopy.exactRows(tile, shift, tilePitch, c, offset(row, column), pitch, rows, columns);
      return;
    }
    for (int i = 0; i < rows; i++) {
      long from = shift + i * tilePitch;
      long to = offset(row + i, column);
      Loops.ADD_SCALED.run(tile, from, c, to, beta, 0, tile, from, columns);
      SHIFT_AND_CLAMP.run(tile, from, 0, floor, c, to, columns);
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
