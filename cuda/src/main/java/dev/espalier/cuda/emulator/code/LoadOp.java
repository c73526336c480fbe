package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.machine.Allocation;
import dev.espalier.cuda.emulator.machine.Bytes;
import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.Register;
import dev.espalier.cuda.emulator.ptx.StateSpace;
import java.util.List;

/** {@code ld}: memory to registers. */
final class LoadOp extends MemoryOp {
  private final int width;
  private final boolean signed;
  private final boolean wide;

  /** Which bits of an int the register has. */
  private final int ones;

  private final int[] targets;

  LoadOp(Emitter emit, PtxType type, StateSpace space, List<Operand> elements) {
    super(emit, emit.operand(1), space, type.bytes() * elements.size());
    width = type.bytes();
    signed = type.isSigned();
    targets = new int[elements.size()];
    Register first = registerOf(elements, type);
    wide = first.type().isWide();
    ones = first.type().bits() >= 32 ? -1 : (1 << first.type().bits()) - 1;
    for (int i = 0; i < targets.length; i++) {
      targets[i] = emit.registers.target(elements.get(i), first.type());
    }
  }

  private static Register registerOf(List<Operand> elements, PtxType type) {
    for (Operand element : elements) {
      Register register = Registers.register(element);
      if (register != null) {
        return register;
      }
    }
    return new Register("_", type);
  }

  @Override
  String verb() {
    return "reads";
  }

  @Override
  void global(Warp warp, int mask, Allocation allocation) {
    if (warp.block.checks.uninitialised && !allocation.isWhollyValid()) {
      for (int m = mask; m != 0; m &= m - 1) {
        requireValid(warp, Integer.numberOfTrailingZeros(m), allocation, bytes);
      }
    }
    for (int m = mask; m != 0; m &= m - 1) {
      allocation.touchRead(warp.offsets[Integer.numberOfTrailingZeros(m)], warp.block.stamp);
    }
    move(warp, mask, allocation.bytes);
  }

  /** Refuses a read of what was not written. */
  static void requireValid(Warp warp, int lane, Allocation allocation, int bytes) {
    if (warp.block.checks.uninitialised && !allocation.isValid(warp.offsets[lane], bytes)) {
      throw new KernelFault(
          Check.UNINITIALISED,
          lane,
          "reads %d bytes at offset %d of %s, not all written"
              .formatted(bytes, warp.offsets[lane], allocation));
    }
  }

  @Override
  void shared(Warp warp, int mask) {
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      warp.block.shared.read(warp, k, warp.offsets[k], bytes, index);
    }
    move(warp, mask, warp.block.shared.bytes);
  }

  @Override
  void local(Warp warp, int mask) {
    if (warp.block.checks.uninitialised) {
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        if (!Bytes.allValid(warp.localValid, warp.offsets[k], bytes)) {
          throw new KernelFault(
              Check.UNINITIALISED,
              k,
              "reads %d bytes of local memory, not all written".formatted(bytes));
        }
      }
    }
    move(warp, mask, warp.local);
  }

  private void move(Warp warp, int mask, byte[] from) {
    int[] offsets = warp.offsets;
    for (int i = 0; i < targets.length; i++) {
      int shift = i * width;
      if (wide) {
        moveLongs(warp.longs[targets[i]], mask, from, offsets, shift);
      } else if (width == 4) {
        moveInts(warp.ints[targets[i]], mask, from, offsets, shift);
      } else {
        moveNarrow(warp.ints[targets[i]], mask, from, offsets, shift);
      }
    }
  }

  private static void moveInts(int[] to, int mask, byte[] from, int[] offsets, int shift) {
    if (mask == Warp.ALL) {
      for (int k = 0; k < Warp.LANES; k++) {
        to[k] = Bytes.getInt(from, offsets[k] + shift);
      }
      return;
    }
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      to[k] = Bytes.getInt(from, offsets[k] + shift);
    }
  }

  private void moveNarrow(int[] to, int mask, byte[] from, int[] offsets, int shift) {
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      to[k] = (int) read(from, offsets[k] + shift) & ones;
    }
  }

  private void moveLongs(long[] to, int mask, byte[] from, int[] offsets, int shift) {
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      to[k] = read(from, offsets[k] + shift);
    }
  }

  private long read(byte[] from, int at) {
    return switch (width) {
      case 1 -> signed ? from[at] : from[at] & 0xFF;
      case 2 -> signed ? Bytes.getShort(from, at) : Bytes.getShort(from, at) & 0xFFFF;
      case 4 -> signed ? Bytes.getInt(from, at) : Bytes.getInt(from, at) & 0xFFFFFFFFL;
      default -> Bytes.getLong(from, at);
    };
  }
}
