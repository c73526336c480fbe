package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.Warp;

/** An instruction by which lanes of a warp learn of each other, among those its mask names. */
abstract class ExchangeOp extends Op {
  /** The register with the mask of the participants. */
  final int members;

  ExchangeOp(int members) {
    this.members = members;
  }

  @Override
  final void execute(Warp warp, int mask) {
    int done = 0;
    for (int m = mask; m != 0; m &= ~done) {
      int first = Integer.numberOfTrailingZeros(m);
      int named = warp.ints[members][first];
      int group = 0;
      for (int rest = m; rest != 0; rest &= rest - 1) {
        int k = Integer.numberOfTrailingZeros(rest);
        group |= warp.ints[members][k] == named ? 1 << k : 0;
      }
      // Threads that have ended need not come any more.
      int missing = named & warp.live() & ~group;
      if (missing != 0) {
        throw new KernelFault(
            Check.BARRIER,
            first,
            "'%s' names the lanes 0x%08x, but 0x%08x of them have not come here"
                .formatted(origin.opcode(), named, missing));
      }
      if ((named >>> first & 1) == 0) {
        throw new KernelFault(
            Check.BARRIER,
            first,
            "'%s' names the lanes 0x%08x and is executed by one that is not among them"
                .formatted(origin.opcode(), named));
      }
      exchange(warp, group);
      done |= group;
    }
  }

  /** Runs among the lanes of {@code group}. */
  abstract void exchange(Warp warp, int group);
}
