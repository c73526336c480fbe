package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.UnaryOp;

/** Elementwise maps, a block of doubles at a time. */
final class ScalarElementwise {
  private ScalarElementwise() {}

  static void unary(UnaryOp op, double p, Tensor x, Tensor out) {
    Cells from = Cells.of(x);
    Cells to = Cells.of(out);
    double[] block = new double[Cells.BLOCK];
    StridedLoop loop = StridedLoop.over(out.shape().toArray(), x.strides(), out.strides());
    loop.forEachRow(
        Cells.BLOCK,
        (starts, n) -> {
          from.read(starts[0], loop.innerStride(0), n, block, 0);
          for (int i = 0; i < n; i++) {
            block[i] = value(op, p, block[i]);
          }
          to.write(starts[1], loop.innerStride(1), n, block, 0);
        });
  }

  static void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    Cells left = Cells.of(a);
    Cells right = Cells.of(b);
    Cells to = Cells.of(out);
    double[] block = new double[Cells.BLOCK];
    double[] other = new double[Cells.BLOCK];
    StridedLoop loop =
        StridedLoop.over(out.shape().toArray(), a.strides(), b.strides(), out.strides());
    loop.forEachRow(
        Cells.BLOCK,
        (starts, n) -> {
          left.read(starts[0], loop.innerStride(0), n, block, 0);
          right.read(starts[1], loop.innerStride(1), n, other, 0);
          for (int i = 0; i < n; i++) {
            block[i] = value(op, block[i], other[i]);
          }
          to.write(starts[2], loop.innerStride(2), n, block, 0);
        });
  }

  static void axpby(double alpha, Tensor x, double beta, Tensor y) {
    Cells from = Cells.of(x);
    Cells to = Cells.of(y);
    double[] xs = new double[Cells.BLOCK];
    double[] ys = new double[Cells.BLOCK];
    for (long at = 0; at < y.size(); at += Cells.BLOCK) {
      int n = (int) Math.min(Cells.BLOCK, y.size() - at);
      from.read(at, n, xs);
      if (beta == 0) {
        for (int i = 0; i < n; i++) {
          ys[i] = alpha * xs[i];
        }
      } else {
        to.read(at, n, ys);
        for (int i = 0; i < n; i++) {
          ys[i] = alpha * xs[i] + beta * ys[i];
        }
      }
      to.write(at, n, ys);
    }
  }

  static void applyMask(long[] maskWords, Tensor x, Tensor out) {
    Cells from = Cells.of(x);
    Cells to = Cells.of(out);
    double[] block = new double[Long.SIZE];
    for (int word = 0; (long) word * Long.SIZE < out.size(); word++) {
      long at = (long) word * Long.SIZE;
      int n = (int) Math.min(Long.SIZE, out.size() - at);
      from.read(at, n, block);
      long bits = maskWords[word];
      for (int i = 0; i < n; i++) {
        block[i] = (bits >>> i & 1) != 0 ? block[i] : 0;
      }
      to.write(at, n, block);
    }
  }

  private static double value(UnaryOp op, double p, double x) {
    return switch (op) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SIGN -> Math.signum(x);
      case SQUARE -> x * x;
      case SQRT -> Math.sqrt(x);
      case RSQRT -> 1 / Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case ERF -> SpecialFunctions.erf(x);
      case RELU -> Math.max(x, 0);
      case STEP -> x > 0 ? 1 : 0;
      case SIGMOID -> SpecialFunctions.sigmoid(x);
      case TANH -> Math.tanh(x);
      case GELU -> SpecialFunctions.gelu(x);
      case SILU -> SpecialFunctions.silu(x);
      case ADD_SCALAR -> x + p;
      case MUL_SCALAR -> x * p;
      case POW_SCALAR -> Math.pow(x, p);
      case MAX_SCALAR -> Math.max(x, p);
      case MIN_SCALAR -> Math.min(x, p);
    };
  }

  private static double value(BinaryOp op, double a, double b) {
    return switch (op) {
      case ADD -> a + b;
      case ADD_RELU -> Math.max(a + b, 0);
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case POW -> Math.pow(a, b);
      case GREATER -> a > b ? 1 : 0;
      case GREATER_EQUAL -> a >= b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
      case RELU_GRAD -> b > 0 ? a : 0;
      case SIGMOID_GRAD -> a * b * (1 - b);
      case TANH_GRAD -> a * (1 - b * b);
      case GELU_GRAD -> a * SpecialFunctions.geluDerivative(b);
      case SILU_GRAD -> a * SpecialFunctions.siluDerivative(b);
    };
  }
}
