package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem;
import dev.espalier.tensor.Shape;

/** Softmax along rows; shape {@code RxC}. */
final class SoftmaxLayer extends LayerWorkload {
  /** Roundings of an exponential and a division, beside those of the sum. */
  private static final int OWN_ROUNDINGS = 32;

  private final int columns;

  SoftmaxLayer(CaseName name) {
    this(numbers(name.shape(), 2));
  }

  private SoftmaxLayer(int[] shape) {
    super(
        new Problem.Softmax(shape[0], shape[1]),
        Shape.of(shape[0], shape[1]),
        Shape.of(shape[0], shape[1]));
    columns = shape[1];
  }

  @Override
  public void run() {
    backend.softmax(operand(0), false, result());
  }

  @Override
  public Expected expected(long element) {
    long row = element / columns * columns;
    double sum = 0;
    for (int i = 0; i < columns; i++) {
      sum += Math.exp(at(0, row + i));
    }
    double value = Math.exp(at(0, element)) / sum;
    return new Expected(value, value, columns + OWN_ROUNDINGS);
  }
}
