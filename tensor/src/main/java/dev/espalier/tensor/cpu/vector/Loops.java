package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.UnaryOp;

/** The loops that several kernels are put together from. */
final class Loops {
  /** {@code p x}. */
  static final MapLoop SCALE = UnaryLoops.of(UnaryOp.MUL_SCALAR, 0);

  /** {@code x + p}. */
  static final MapLoop SHIFT = UnaryLoops.of(UnaryOp.ADD_SCALAR, 0);

  /** {@code p x + q}. */
  static final MapLoop AFFINE = MapLoop.of((x, p, q) -> x.fma(p, q));

  /** {@code max(0, p x + q)}. */
  static final MapLoop AFFINE_RELU = MapLoop.of((x, p, q) -> x.fma(p, q).max(0f));

  static final ZipLoop ADD = BinaryLoops.of(BinaryOp.ADD);
  static final ZipLoop SUBTRACT = BinaryLoops.of(BinaryOp.SUB);
  static final ZipLoop MULTIPLY = BinaryLoops.of(BinaryOp.MUL);

  /** {@code a + p b}. */
  static final ZipLoop ADD_SCALED = ZipLoop.of((a, b, p, _) -> b.fma(p, a));

  /** {@code p a + q b}. */
  static final ZipLoop COMBINE = ZipLoop.of((a, b, p, q) -> a.fma(p, b.mul(q)));

  private Loops() {}
}
