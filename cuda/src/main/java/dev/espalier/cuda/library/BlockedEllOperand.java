package dev.espalier.cuda.library;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.tensor.DType;

/**
 * A block-sparse matrix in device memory with as many blocks in each row of blocks.
 *
 * @param block the extent of a square block
 * @param blocksPerRow blocks stored for each row of blocks
 * @param blockColumns rows / block · blocksPerRow 32-bit integers, -1 for a place left empty
 * @param values [rows, blocksPerRow · block] row-major numbers of {@code type}
 */
public record BlockedEllOperand(
    int rows,
    int columns,
    int block,
    int blocksPerRow,
    DevicePointer blockColumns,
    DevicePointer values,
    DType type) {}
