package dev.espalier.cuda.library;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.tensor.DType;

/**
 * A sparse matrix in device memory, in compressed rows.
 *
 * @param rowStarts rows + 1 32-bit integers
 * @param columnIndices nnz 32-bit integers
 * @param values nnz numbers of {@code type}
 */
public record CsrOperand(
    int rows,
    int columns,
    int nnz,
    DevicePointer rowStarts,
    DevicePointer columnIndices,
    DevicePointer values,
    DType type) {}
