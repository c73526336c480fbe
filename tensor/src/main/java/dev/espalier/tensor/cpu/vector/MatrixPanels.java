package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** A matrix, or a transposed one, as the dense operand. */
final class MatrixPanels implements PanelSource {
  /** Rows that are transposed at a time, which the first-level cache holds. */
  private static final int TRANSPOSED_ROWS = 64;

  private MemorySegment b;
  private int rows;
  private int columns;
  private boolean transposed;

  /** Distance of rows in bytes, or of columns where it is transposed. */
  private long pitch;

  private int blockRows;

  /**
   * @param blockRows rows per panel
   */
  MatrixPanels set(Tensor b, int blockRows) {
    this.b = b.segment();
    this.rows = b.dim(0);
    this.columns = b.dim(1);
    this.transposed = b.stride(1) != 1;
    this.pitch = b.stride(transposed ? 1 : 0) * Float.BYTES;
    this.blockRows = blockRows;
    return this;
  }

  @Override
  public void pack(int block, int column, int vectors, int panelPitch, int slot, Scratch scratch) {
    int begin = block * blockRows;
    int height = Math.min(blockRows, rows - begin);
    int width = Math.min(vectors * Lanes.COUNT, columns - column);
    long to = Panels.panel(slot);
    if (transposed) {
      for (int row = 0; row < height; row += TRANSPOSED_ROWS) {
        int taken = Math.min(TRANSPOSED_ROWS, height - row);
        long from = column * pitch + (long) (begin + row) * Float.BYTES;
        long at = to + (long) row * panelPitch;
        Packing.transpose(b, from, pitch, Panels.MEMORY, at, panelPitch, width, taken);
      }
    } else {
      long from = begin * pitch + (long) column * Float.BYTES;
      PanelCopy.rows(b, from, pitch, to, panelPitch, height, width, vectors);
    }
  }
}
