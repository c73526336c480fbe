package dev.espalier.cuda.bench;

/**
 * A case that was measured.
 *
 * @param timing null where there is no clock worth the name, on the emulator
 * @param sets copies of the operands that took turns
 * @param weights how many are stored
 * @param error the largest of the sample as a share of what is allowed
 */
record Measurement(Case what, Timing timing, int sets, long weights, double error) {
  double flops() {
    return what.layer().flops(weights);
  }

  double bytes() {
    return OperandSet.bytes(what, weights);
  }
}
