package dev.espalier.tensor.spi;

/** The distributions of {@link Backend#random}. */
public enum Distribution {
  /** Uniform on [a, b). */
  UNIFORM,
  /** Normal with mean a and standard deviation b. */
  NORMAL,
  /** 1/(1-a) with probability 1-a, else 0: the multiplier of inverted dropout with rate a. */
  DROPOUT
}
