package dev.espalier.nn.layer;

import dev.espalier.autograd.Variable;

/**
 * A module whose last pass over memory can take in the ReLU behind it. {@link Sequential} asks for
 * that in training only: in evaluation what is recorded shows every module by itself, as surgery
 * and the compiler expect it.
 */
interface BeforeRelu {
  /** As the module's {@code forward} and {@link Variable#relu} behind it, in training. */
  Variable forwardRelu(Variable x);
}
