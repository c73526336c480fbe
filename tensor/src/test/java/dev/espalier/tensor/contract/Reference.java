package dev.espalier.tensor.contract;

import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.UnaryOp;

/** The elementwise functions by their definitions. */
final class Reference {
  private Reference() {}

  /**
   * The Maclaurin series {@code 2/√π e^(-x²) Σ 2^n x^(2n+1) / (2n+1)!!}, whose terms have one sign.
   */
  static double erf(double x) {
    if (Double.isNaN(x) || Math.abs(x) > 7) {
      return Math.signum(x);
    }
    double term = x;
    double sum = 0;
    for (int n = 0; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 3);
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double normal(double x) {
    return 0.5 * (1 + erf(x / Math.sqrt(2)));
  }

  private static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  static double unary(UnaryOp op, double p, double x) {
    return switch (op) {
      case NEG -> -x;
      case ABS -> x < 0 ? -x : x;
      case SIGN -> x > 0 ? 1 : x < 0 ? -1 : x;
      case SQUARE -> x * x;
      case SQRT -> Math.sqrt(x);
      case RSQRT -> 1 / Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case EXP -> StrictMath.exp(x);
      case LOG -> StrictMath.log(x);
      case SIN -> StrictMath.sin(x);
      case COS -> StrictMath.cos(x);
      case ERF -> erf(x);
      case RELU -> x <= 0 ? 0 : x;
      case STEP -> x > 0 ? 1 : 0;
      case SIGMOID -> sigmoid(x);
      case TANH -> StrictMath.tanh(x);
      case GELU -> x * normal(x);
      case SILU -> x * sigmoid(x);
      case ADD_SCALAR -> x + p;
      case MUL_SCALAR -> x * p;
      case POW_SCALAR -> StrictMath.pow(x, p);
      case MAX_SCALAR -> Double.isNaN(x) || x > p ? x : p;
      case MIN_SCALAR -> Double.isNaN(x) || x < p ? x : p;
    };
  }

  static double binary(BinaryOp op, double a, double b) {
    return switch (op) {
      case ADD -> a + b;
      case ADD_RELU -> Double.isNaN(a + b) || a + b > 0 ? a + b : 0;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAX -> Double.isNaN(a) || a > b ? a : b;
      case MIN -> Double.isNaN(a) || a < b ? a : b;
      case POW -> StrictMath.pow(a, b);
      case GREATER -> a > b ? 1 : 0;
      case GREATER_EQUAL -> a >= b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
      case RELU_GRAD -> b > 0 ? a : 0;
      case SIGMOID_GRAD -> a * b * (1 - b);
      case TANH_GRAD -> a * (1 - b * b);
      case GELU_GRAD -> a * (normal(b) + b * density(b));
      case SILU_GRAD -> a * (sigmoid(b) * (1 + b * (1 - sigmoid(b))));
    };
  }

  /** Whether one rounding of the exact result is asked for, which every backend can give. */
  static boolean isExact(UnaryOp op) {
    return switch (op) {
      case NEG, ABS, SIGN, SQUARE, SQRT, RECIPROCAL, RELU, STEP -> true;
      case ADD_SCALAR, MUL_SCALAR, MAX_SCALAR, MIN_SCALAR -> true;
      default -> false;
    };
  }

  /** As {@link #isExact(UnaryOp)}. */
  static boolean isExact(BinaryOp op) {
    return switch (op) {
      case ADD, ADD_RELU, SUB, MUL, DIV, MAX, MIN -> true;
      case GREATER, GREATER_EQUAL, EQUAL, RELU_GRAD -> true;
      default -> false;
    };
  }
}
