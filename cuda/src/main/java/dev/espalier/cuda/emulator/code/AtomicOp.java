package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.Allocation;
import dev.espalier.cuda.emulator.machine.Bytes;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.StateSpace;
import java.util.function.LongBinaryOperator;

/**
 * {@code atom} and {@code red}: read, combine and write at once; lanes in ascending order.
 *
 * <p>Kernels with such an instruction on global memory run their blocks one after the other, so
 * that results do not depend on chance.
 */
final class AtomicOp extends MemoryOp {
  private final LongBinaryOperator combine;
  private final boolean wide;
  private final int width;
  private final int d;
  private final int value;
  private final int swap;

  /**
   * An atomic operation.
   *
   * @param combine of the old value and the operand; null for compare-and-swap
   */
  AtomicOp(
      Emitter emit, PtxType type, StateSpace space, LongBinaryOperator combine, boolean returns) {
    super(emit, emit.operand(returns ? 1 : 0), space, type.bytes());
    this.combine = combine;
    wide = type.isWide();
    width = type.bytes();
    int first = returns ? 2 : 1;
    d = returns ? emit.target(type) : -1;
    value = emit.source(first, type);
    swap = combine == null ? emit.source(first + 1, type) : -1;
  }

  @Override
  String verb() {
    return "updates";
  }

  @Override
  void global(Warp warp, int mask, Allocation allocation) {
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      LoadOp.requireValid(warp, k, allocation, bytes);
      update(warp, k, allocation.bytes);
      allocation.touchWritten(warp.offsets[k], warp.block.stamp);
    }
  }

  @Override
  void shared(Warp warp, int mask) {
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      warp.block.shared.update(warp, k, warp.offsets[k], bytes, this.index);
      update(warp, k, warp.block.shared.bytes);
    }
  }

  @Override
  void local(Warp warp, int mask) {
    throw new IllegalStateException("atomic operation on local memory");
  }

  private void update(Warp warp, int k, byte[] memory) {
    int at = warp.offsets[k];
    long old = read(memory, at);
    long operand = wide ? warp.longs[value][k] : warp.ints[value][k];
    long next;
    if (combine != null) {
      next = combine.applyAsLong(old, operand);
    } else {
      long other = wide ? warp.longs[swap][k] : warp.ints[swap][k];
      boolean same = wide ? old == operand : (int) old == (int) operand;
      next = same ? other : old;
    }
    write(memory, at, next);
    if (d >= 0) {
      if (wide) {
        warp.longs[d][k] = old;
      } else {
        warp.ints[d][k] = (int) old;
      }
    }
  }

  private long read(byte[] memory, int at) {
    return switch (width) {
      case 2 -> Bytes.getShort(memory, at) & 0xFFFF;
      case 4 -> Bytes.getInt(memory, at);
      default -> Bytes.getLong(memory, at);
    };
  }

  private void write(byte[] memory, int at, long next) {
    switch (width) {
      case 2 -> Bytes.putShort(memory, at, (short) next);
      case 4 -> Bytes.putInt(memory, at, (int) next);
      default -> Bytes.putLong(memory, at, next);
    }
  }
}
