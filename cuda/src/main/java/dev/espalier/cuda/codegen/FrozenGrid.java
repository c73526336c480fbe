package dev.espalier.cuda.codegen;

/**
 * Which elements of the dense operand's rows a product multiplies: position (y, x) of image n lies
 * {@code n sourceImage + y sourceRow + x} after the row's place, and its result at {@code (n rows +
 * row) positions + y width + x}. The columns of a matrix are one image of one row.
 *
 * @param positions of an image
 * @param width positions of a row of an image
 * @param sourceImage elements from image to image
 * @param sourceRow elements from row to row of an image
 * @param vector neighbouring positions that may be read and written at once
 */
record FrozenGrid(int positions, int width, int sourceImage, int sourceRow, int vector) {}
