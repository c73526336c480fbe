package dev.espalier.cuda.emulator.machine;

import dev.espalier.cuda.emulator.Check;

/** What a lane did wrong; who runs the warp adds where. */
public final class KernelFault extends RuntimeException {
  private final Check check;
  private final int lane;

  /**
   * A fault of one lane.
   *
   * @param check what found it, or null where the machine itself cannot go on
   * @param lane in the warp, or -1 for the warp as a whole
   */
  public KernelFault(Check check, int lane, String message) {
    super(message, null, false, false);
    this.check = check;
    this.lane = lane;
  }

  /** What found it, or null where the machine itself cannot go on. */
  public Check check() {
    return check;
  }

  /** The lane, or -1. */
  public int lane() {
    return lane;
  }
}
