package dev.espalier.cuda.emulator;

/**
 * What {@code .approx} instructions of single precision give, whose error the instruction set
 * bounds without saying what it is.
 */
public enum Approximations {
  /** The correctly rounded number. */
  NEAREST,
  /**
   * A number as far from it as the instruction set allows, above or below as the operand's bits
   * decide. What is right with these is right with the hardware's.
   */
  FARTHEST
}
