package dev.espalier.bench.measure;

import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.machine.Ceilings;

/**
 * One case on ours and on one peer.
 *
 * @param peer whom, or null if there is nobody to compare with
 * @param theirs null without a peer
 * @param ceilings of the machine, measured before and after
 */
public record Comparison(
    CaseName name, int threads, Timing ours, String peer, Timing theirs, Ceilings ceilings) {
  /** Peer time ÷ our time, or null without a peer. */
  Double ratio() {
    return theirs == null ? null : theirs.micros() / ours.micros();
  }

  /** Relative standard deviation of the ratio, or of our time without a peer. */
  double error() {
    return theirs == null ? ours.deviation() : Math.hypot(ours.deviation(), theirs.deviation());
  }

  /** Which kernel the peer chose; empty if it does not say. */
  String peerKernel() {
    return theirs == null ? "" : theirs.note().kernel();
  }
}
