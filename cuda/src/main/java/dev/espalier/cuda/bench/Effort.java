package dev.espalier.cuda.bench;

/**
 * How many cases are measured, and for how long.
 *
 * @param full every shape and sparsity, or one of each family
 * @param small tiny shapes, whose results only show that everything works
 * @param warmUpMillis device time before the measurement of a case
 * @param millis device time of the measurement of a case
 * @param fewestPasses over all operand sets, whatever time they take
 */
record Effort(boolean full, boolean small, double warmUpMillis, double millis, int fewestPasses) {
  static final Effort FULL = new Effort(true, false, 20, 60, 9);
  static final Effort SHORT = new Effort(false, false, 8, 20, 5);

  /** For the emulator. */
  static final Effort SMOKE = new Effort(false, true, 0, 0, 1);
}
