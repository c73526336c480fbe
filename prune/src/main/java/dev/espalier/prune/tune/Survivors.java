package dev.espalier.prune.tune;

import dev.espalier.nn.Parameter;

/** Values that were written over a mask. */
final class Survivors {
  private Survivors() {}

  /** Zeroes again what a hard mask prunes. */
  static void mask(Parameter parameter) {
    if (parameter.mask() != null && parameter.maskMode() == Parameter.MaskMode.HARD) {
      parameter.mask().applyInPlace(parameter.tensor());
    }
  }
}
