package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.PtxType;

/** {@code bar.warp.sync}: what its lanes wrote before, they all see after. */
final class WarpSyncOp extends ExchangeOp {
  WarpSyncOp(Emitter emit) {
    super(emit.source(0, PtxType.U32));
  }

  @Override
  void exchange(Warp warp, int group) {
    warp.synchronize(group);
  }
}
