package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/**
 * Where the loops of a sparse product put rows, and what rows begin and end with.
 *
 * @param offset of row 0, in bytes; it may lie before the segment if row 0 is not asked for
 * @param pitch from row to row, in bytes
 * @param first whether rows start from the slot's header and their bias rather than from what
 *     earlier blocks of columns left
 * @param relu whether negative sums become zero
 * @param rowBias one per row
 */
record ResultRows(
    MemorySegment data, long offset, long pitch, boolean first, boolean relu, float[] rowBias) {}
