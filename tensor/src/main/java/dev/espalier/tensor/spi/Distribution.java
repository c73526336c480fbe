package dev.espalier.tensor.spi;

/**
 * The distributions of {@link Backend#random}.
 *
 * <p>Elements 4q … 4q+3 take the words w0 … w3 of Philox counter {@code position + q}. Values are
 * computed in double and rounded once to the element type, so float64 and float32 draw the same
 * numbers. UNIFORM and DROPOUT give the same bits on every backend, NORMAL the same numbers up to
 * rounding. Below, {@code u(w) = (w >>> 8) 2^-24} and words are unsigned.
 */
public enum Distribution {
  /**
   * Uniform on [a, b): {@code a + (b - a) u(w)}, or the number below b where rounding reaches b.
   */
  UNIFORM,
  /**
   * Normal with mean a and standard deviation b: the words (w0, w1), and likewise (w2, w3), give
   * {@code a + b r cos t} and {@code a + b r sin t} with {@code r = sqrt(-2 ln((w0 + 1) 2^-32))}
   * and {@code t = 2π w1 2^-32} (Box and Muller, 1958).
   */
  NORMAL,
  /**
   * 1/(1-a) with probability 1-a, else 0: the multiplier of inverted dropout with rate a; zero
   * where {@code u(w) < a}.
   */
  DROPOUT
}
