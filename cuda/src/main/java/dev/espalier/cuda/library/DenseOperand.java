package dev.espalier.cuda.library;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.tensor.DType;

/**
 * A dense matrix in device memory, or several of one shape.
 *
 * @param transposed false: elements of a row lie next to each other; true: elements of a column do
 * @param leading the distance in elements between rows (columns, if transposed)
 * @param layer the distance in elements between matrices of a batch
 */
public record DenseOperand(
    DevicePointer pointer, DType type, boolean transposed, long leading, long layer) {
  /** One row-major matrix without gaps between its rows. */
  public static DenseOperand rowMajor(DevicePointer pointer, DType type, long columns) {
    return new DenseOperand(pointer, type, false, columns, 0);
  }
}
