package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.Warp;

/** An instruction that all 32 lanes must execute together ({@code .sync.aligned}). */
abstract class WarpWideOp extends Op {
  @Override
  final void execute(Warp warp, int mask) {
    if (mask != Warp.ALL) {
      throw new KernelFault(
          Check.BARRIER,
          Integer.numberOfTrailingZeros(mask),
          "'%s' needs all 32 lanes together, but 0x%08x are missing"
              .formatted(origin.opcode(), ~mask));
    }
    run(warp);
  }

  /** Runs for all lanes. */
  abstract void run(Warp warp);
}
