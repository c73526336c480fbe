package dev.espalier.tensor.spi;

/** The elementwise functions of two broadcast operands that a backend offers. */
public enum BinaryOp {
  ADD,
  /** {@code max(a + b, 0)}: the end of a residual block. */
  ADD_RELU,
  SUB,
  MUL,
  DIV,
  MAX,
  MIN,
  POW,
  /** 1 where {@code a > b}, else 0, in the operands' type. */
  GREATER,
  /** 1 where {@code a >= b}, else 0. */
  GREATER_EQUAL,
  /** 1 where equal, else 0. */
  EQUAL,
  /**
   * {@code b > 0 ? a : 0}: the gradient {@code a} through a ReLU whose output (or input) is {@code
   * b}.
   */
  RELU_GRAD,
  /** {@code a b (1 - b)}: the gradient {@code a} through a sigmoid whose output is {@code b}. */
  SIGMOID_GRAD,
  /** {@code a (1 - b^2)}: the gradient {@code a} through a tanh whose output is {@code b}. */
  TANH_GRAD,
  /** The gradient {@code a} through a GELU whose input is {@code b}. */
  GELU_GRAD,
  /** The gradient {@code a} through a SiLU whose input is {@code b}. */
  SILU_GRAD
}
