package dev.espalier.cuda.bench;

/** Issues one call of a kernel, or of a library's, on this thread's stream. */
@FunctionalInterface
interface Call extends AutoCloseable {
  void on(OperandSet operands);

  /** Releases what was prepared for the operand sets. */
  @Override
  default void close() {}
}
