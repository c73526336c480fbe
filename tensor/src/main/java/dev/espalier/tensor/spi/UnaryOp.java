package dev.espalier.tensor.spi;

/**
 * The elementwise functions of one operand that a backend offers; {@code p} is the parameter of
 * {@link Backend#unary}.
 */
public enum UnaryOp {
  NEG,
  ABS,
  SIGN,
  SQUARE,
  SQRT,
  RSQRT,
  RECIPROCAL,
  EXP,
  LOG,
  SIN,
  COS,
  ERF,
  RELU,
  /** {@code x > 0 ? 1 : 0}. */
  STEP,
  SIGMOID,
  TANH,
  /** {@code x Φ(x)} with the exact normal distribution function. */
  GELU,
  /** {@code x sigmoid(x)}. */
  SILU,
  /** {@code x + p}. */
  ADD_SCALAR,
  /** {@code p x}. */
  MUL_SCALAR,
  /** {@code x^p}. */
  POW_SCALAR,
  /** {@code max(x, p)}. */
  MAX_SCALAR,
  /** {@code min(x, p)}. */
  MIN_SCALAR;

  /** Whether {@code p} matters. */
  public boolean hasParameter() {
    return switch (this) {
      case ADD_SCALAR, MUL_SCALAR, POW_SCALAR, MAX_SCALAR, MIN_SCALAR -> true;
      default -> false;
    };
  }
}
