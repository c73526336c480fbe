package dev.espalier.tensor.cpu.vector;

/**
 * Groups {@code [from, to)} of rows within one block of columns.
 *
 * @param starts where the groups' entries start; the next group's start ends them
 * @param rows the first row of each group, in the result
 * @param base of the block in {@code starts}
 */
record GroupRange(int[] starts, int[] rows, int base, int from, int to) {}
