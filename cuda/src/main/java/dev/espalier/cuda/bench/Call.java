package dev.espalier.cuda.bench;

/** Issues one call of a kernel, or of a library's, on this thread's stream. */
@FunctionalInterface
interface Call {
  void on(OperandSet operands);
}
