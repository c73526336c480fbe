package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.Problem.Pass;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The operands of one of the three products of a linear layer in channels-major layout: {@code y =
 * w x}, {@code dx = wᵀ dy}, {@code dw = dy xᵀ}; w [M, K], x [K, N], y [M, N], all with the same
 * leading batch extent if that is not 1.
 */
final class ProductOperands {
  private final ProductShape shape;
  private final Pass pass;
  private final Tensor left;
  private final Tensor right;
  private final MemorySegment leftData;
  private final MemorySegment rightData;

  private ProductOperands(ProductShape shape, Pass pass, Tensor left, Tensor right) {
    this.shape = shape;
    this.pass = pass;
    this.left = left;
    this.right = right;
    leftData = left.segment();
    rightData = right.segment();
  }

  /**
   * Random operands beside a given weight.
   *
   * @param w the weight; not read for dw
   */
  static ProductOperands of(ProductShape shape, Pass pass, Tensor w, Generator generator) {
    return switch (pass) {
      case FORWARD ->
          new ProductOperands(shape, pass, w, random(shape, shape.k(), shape.n(), generator));
      case DX ->
          new ProductOperands(shape, pass, w, random(shape, shape.m(), shape.n(), generator));
      case DW ->
          new ProductOperands(
              shape,
              pass,
              random(shape, shape.m(), shape.n(), generator),
              random(shape, shape.k(), shape.n(), generator));
      case STEP -> throw new IllegalArgumentException("a product has no training step");
    };
  }

  static Tensor random(ProductShape shape, int rows, int columns, Generator generator) {
    return RandomFill.uniform(generator, DType.FLOAT32, extent(shape, rows, columns), -1, 1);
  }

  private static Shape extent(ProductShape shape, int rows, int columns) {
    return shape.batch() == 1 ? Shape.of(rows, columns) : Shape.of(shape.batch(), rows, columns);
  }

  /** The first operand as stored: the weight, or dy for dw. */
  Tensor left() {
    return left;
  }

  /** The second operand as stored. */
  Tensor right() {
    return right;
  }

  /** The first operand as the product reads it. */
  Tensor leftView() {
    return pass == Pass.DX ? transposed(left) : left.alias();
  }

  /** The second operand as the product reads it. */
  Tensor rightView() {
    return pass == Pass.DW ? transposed(right) : right.alias();
  }

  private static Tensor transposed(Tensor tensor) {
    return tensor.transpose(tensor.rank() - 2, tensor.rank() - 1);
  }

  Tensor emptyResult() {
    return Tensor.zeros(DType.FLOAT32, extent(shape, rows(), columns()));
  }

  int rows() {
    return pass == Pass.DX ? shape.k() : shape.m();
  }

  int columns() {
    return pass == Pass.DW ? shape.k() : shape.n();
  }

  private int inner() {
    return switch (pass) {
      case FORWARD -> shape.k();
      case DX -> shape.m();
      default -> shape.n();
    };
  }

  /** One element of the result, by its row-major position. */
  Expected expected(long position) {
    int inner = inner();
    long batch = position / ((long) rows() * columns());
    long row = position / columns() % rows();
    long column = position % columns();
    long leftStart = batch * rows() * inner + (pass == Pass.DX ? row : row * inner);
    long leftStep = pass == Pass.DX ? rows() : 1;
    long rightStart = batch * inner * columns() + (pass == Pass.DW ? column * inner : column);
    long rightStep = pass == Pass.DW ? 1 : columns();
    double sum = 0;
    double magnitude = 0;
    for (long t = 0; t < inner; t++) {
      double a = leftData.getAtIndex(JAVA_FLOAT, leftStart + t * leftStep);
      double b = rightData.getAtIndex(JAVA_FLOAT, rightStart + t * rightStep);
      sum += a * b;
      magnitude += Math.abs(a * b);
    }
    return new Expected(sum, magnitude, inner);
  }

  Problem problem() {
    return new Problem.Gemm(
        shape.batch(), rows(), inner(), columns(), pass == Pass.DX, pass == Pass.DW);
  }

  List<MemorySegment> inputs() {
    return List.of(leftData, rightData);
  }

  long resultElements() {
    return (long) shape.batch() * rows() * columns();
  }
}
