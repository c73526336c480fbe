package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.Register;

/** An address operand: a register or a constant, and a number of bytes beyond it. */
final class AddressSource {
  private final boolean wide;
  private final int base;
  private final long offset;

  AddressSource(Emitter emit, Operand operand) {
    if (!(operand instanceof Operand.Address(Operand from, long shift))) {
      throw emit.instruction().refuse("needs an address in brackets");
    }
    Register register = Registers.register(from);
    wide = register == null || register.type().isWide();
    base = emit.registers.source(from, wide ? PtxType.U64 : PtxType.U32);
    offset = shift;
  }

  /** Fills in the address of each lane. */
  long[] gather(Warp warp, long[] addresses) {
    if (wide) {
      long[] from = warp.longs[base];
      for (int k = 0; k < Warp.LANES; k++) {
        addresses[k] = from[k] + offset;
      }
    } else {
      int[] from = warp.ints[base];
      for (int k = 0; k < Warp.LANES; k++) {
        addresses[k] = (from[k] & 0xFFFFFFFFL) + offset;
      }
    }
    return addresses;
  }
}
