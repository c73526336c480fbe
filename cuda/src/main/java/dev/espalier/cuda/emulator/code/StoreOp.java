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
import java.util.Arrays;
import java.util.List;

/** {@code st}: registers to memory. */
final class StoreOp extends MemoryOp {
  private final int width;
  private final boolean[] wide;
  private final int[] sources;

  StoreOp(Emitter emit, PtxType type, StateSpace space, List<Operand> elements) {
    super(emit, emit.operand(0), space, type.bytes() * elements.size());
    width = type.bytes();
    sources = new int[elements.size()];
    wide = new boolean[elements.size()];
    for (int i = 0; i < sources.length; i++) {
      Register register = Registers.register(elements.get(i));
      wide[i] = register == null ? type.isWide() : register.type().isWide();
      PtxType read = register == null ? type : register.type();
      sources[i] = emit.registers.source(elements.get(i), read);
    }
  }

  @Override
  String verb() {
    return "writes";
  }

  @Override
  void global(Warp warp, int mask, Allocation allocation) {
    move(warp, mask, allocation.bytes);
    for (int m = mask; m != 0; m &= m - 1) {
      allocation.touchWritten(warp.offsets[Integer.numberOfTrailingZeros(m)], warp.block.stamp);
    }
    if (!allocation.isWhollyValid()) {
      for (int m = mask; m != 0; m &= m - 1) {
        allocation.markValid(warp.offsets[Integer.numberOfTrailingZeros(m)], bytes);
      }
    }
  }

  @Override
  void shared(Warp warp, int mask) {
    warp.block.shared.beginWrites();
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      warp.block.shared.write(warp, k, warp.offsets[k], bytes, index);
    }
    move(warp, mask, warp.block.shared.bytes);
    if (warp.block.shared.takeOverlap()) {
      requireSame(warp, mask);
    }
  }

  /** Refuses lanes that wrote different values to one place: nobody knows which stays. */
  private void requireSame(Warp warp, int mask) {
    byte[] memory = warp.block.shared.bytes;
    byte[] own = new byte[bytes];
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      for (int i = 0; i < sources.length; i++) {
        long value = wide[i] ? warp.longs[sources[i]][k] : warp.ints[sources[i]][k];
        write(own, i * width, value);
      }
      int at = warp.offsets[k];
      if (!Arrays.equals(own, 0, bytes, memory, at, at + bytes)) {
        throw new KernelFault(
            Check.SHARED_RACE,
            k,
            "writes offset %d of shared memory, and another lane of the same instruction another value"
                .formatted(at));
      }
    }
  }

  @Override
  void local(Warp warp, int mask) {
    move(warp, mask, warp.local);
    for (int m = mask; m != 0; m &= m - 1) {
      int at = warp.offsets[Integer.numberOfTrailingZeros(m)];
      Arrays.fill(warp.localValid, at, at + bytes, (byte) 1);
    }
  }

  private void move(Warp warp, int mask, byte[] to) {
    int[] offsets = warp.offsets;
    for (int i = 0; i < sources.length; i++) {
      int shift = i * width;
      if (wide[i]) {
        long[] from = warp.longs[sources[i]];
        for (int m = mask; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          write(to, offsets[k] + shift, from[k]);
        }
      } else if (width == 4) {
        int[] from = warp.ints[sources[i]];
        for (int m = mask; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          Bytes.putInt(to, offsets[k] + shift, from[k]);
        }
      } else {
        int[] from = warp.ints[sources[i]];
        for (int m = mask; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          write(to, offsets[k] + shift, from[k]);
        }
      }
    }
  }

  private void write(byte[] to, int at, long value) {
    switch (width) {
      case 1 -> to[at] = (byte) value;
      case 2 -> Bytes.putShort(to, at, (short) value);
      case 4 -> Bytes.putInt(to, at, (int) value);
      default -> Bytes.putLong(to, at, value);
    }
  }
}
