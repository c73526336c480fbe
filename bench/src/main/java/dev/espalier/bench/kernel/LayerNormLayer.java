package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.Problem.LayerNorm;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/** Layer normalisation along rows; shape {@code RxC}. */
final class LayerNormLayer extends LayerWorkload {
  private final int columns;
  private final Tensor gamma;
  private final Tensor beta;
  private final Tensor mean;
  private final Tensor invStd;

  LayerNormLayer(CaseName name) {
    this(numbers(name.shape(), 2));
  }

  private LayerNormLayer(int[] shape) {
    super(
        new Problem.LayerNorm(shape[0], shape[1]),
        Shape.of(shape[0], shape[1]),
        Shape.of(shape[0], shape[1]));
    columns = shape[1];
    gamma = Tensor.full(DType.FLOAT32, Shape.of(columns), 1);
    beta = Tensor.zeros(DType.FLOAT32, Shape.of(columns));
    mean = Tensor.zeros(DType.FLOAT32, Shape.of(shape[0]));
    invStd = Tensor.zeros(DType.FLOAT32, Shape.of(shape[0]));
  }

  @Override
  public void run() {
    backend.layerNorm(operand(0), gamma, beta, LayerNorm.EPSILON, result(), mean, invStd);
  }

  @Override
  public Expected expected(long element) {
    long row = element / columns * columns;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < columns; i++) {
      double x = at(0, row + i);
      sum += x;
      squares += x * x;
    }
    double average = sum / columns;
    double scale = 1 / Math.sqrt(squares / columns - average * average + LayerNorm.EPSILON);
    double value = (at(0, element) - average) * scale;
    return new Expected(value, 1 + Math.abs(value), columns);
  }
}
