package dev.espalier.cuda.bench;

import dev.espalier.tensor.Shape;

/** A linear or convolutional layer: the sizes of its three products, and their true values. */
sealed interface Layer permits ProductLayer, ConvolutionLayer {
  /** The name of its product in rows. */
  String kernel(Pass pass, boolean dense);

  /** In the notation of its kind. */
  String shape();

  /** Rows of the weight as a matrix. */
  int rows();

  /** Columns of the weight as a matrix. */
  int columns();

  Shape input();

  Shape output();

  /** Positions of the output at which each weight is used. */
  long uses();

  /** Operations with so many stored weights: a multiplication and an addition each. */
  default double flops(long weights) {
    return 2.0 * weights * uses();
  }

  /**
   * One element of a pass's result by its definition, in double precision.
   *
   * @param element row-major; in the dense weight for {@link Pass#DW}
   * @param sum receives the value, the sum of the terms' magnitudes and their number
   */
  void expected(Pass pass, long element, float[] weight, float[] x, float[] y, double[] sum);
}
