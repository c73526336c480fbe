package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.machine.Allocation;
import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.SharedMemory;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.StateSpace;
import java.util.Arrays;

/**
 * {@code cp.async}: 4, 8 or 16 bytes a lane from global to shared memory, without registers; the
 * bytes beyond a source size are zero.
 */
final class AsyncCopyOp extends MemoryOp {
  private final AddressSource target;
  private final int sourceSize;

  private AsyncCopyOp(Emitter emit, int bytes) {
    super(emit, emit.operand(1), StateSpace.GLOBAL, bytes);
    target = new AddressSource(emit, emit.operand(0));
    sourceSize = emit.operands() > 3 ? emit.source(3, PtxType.U32) : -1;
  }

  static void decode(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.ASYNC_COPY);
    if (!opcode.take("async")) {
      throw opcode.unknown();
    }
    String control = opcode.takeOneOf("commit_group", "wait_group", "wait_all");
    if (control != null) {
      opcode.finish();
      int pending = control.equals("wait_group") ? emit.constant(0) : 0;
      emit.as(InstructionClass.OTHER);
      emit.add(new Control(control, pending));
      return;
    }
    String cache = opcode.takeOneOf("ca", "cg");
    boolean spaces = opcode.takeOneOf("shared", "shared::cta") != null && opcode.take("global");
    opcode.takeOneOf("L2::64B", "L2::128B", "L2::256B");
    opcode.finish();
    int bytes = emit.constant(2);
    boolean fits =
        bytes == 16 || (cache != null && cache.equals("ca") && (bytes == 4 || bytes == 8));
    if (cache == null || !spaces || !fits) {
      throw opcode.refuse("copies 16 bytes, or with .ca 4 or 8, from .global to .shared");
    }
    if (emit.operands() > 3 && Registers.isPredicate(emit.operand(3))) {
      throw opcode.refuse("with a predicate to ignore the source is not supported");
    }
    emit.add(new AsyncCopyOp(emit, bytes));
  }

  /** Closes a group or waits for some. */
  private static final class Control extends Op {
    private final String action;
    private final int pending;

    Control(String action, int pending) {
      this.action = action;
      this.pending = pending;
    }

    @Override
    void execute(Warp warp, int mask) {
      switch (action) {
        case "commit_group" -> warp.copies.commit(mask);
        case "wait_group" -> warp.copies.await(warp, mask, pending);
        default -> warp.copies.awaitAll(warp, mask);
      }
    }
  }

  @Override
  String verb() {
    return "copies";
  }

  @Override
  void execute(Warp warp, int mask) {
    warp.block.shared.beginWrites();
    // Lanes that copy nothing need no valid source.
    int reading = mask;
    if (sourceSize >= 0) {
      reading = 0;
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        int size = warp.ints[sourceSize][k];
        if (size < 0 || size > bytes) {
          throw new KernelFault(Check.BOUNDS, k, "copies %d of %d bytes".formatted(size, bytes));
        }
        if (size == 0) {
          zero(warp, k);
        } else {
          reading |= 1 << k;
        }
      }
    }
    if (reading != 0) {
      super.execute(warp, reading);
    }
    int[] places = warp.offsets;
    long[] to = target.gather(warp, warp.addresses);
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      places[k] = (int) to[k];
    }
    warp.block.counters.shared(index, places, mask, bytes);
  }

  private int place(Warp warp, int lane) {
    long[] to = target.gather(warp, warp.targets);
    return warp.block.shared.locate(warp, lane, to[lane], bytes);
  }

  private void zero(Warp warp, int lane) {
    int at = place(warp, lane);
    deliver(warp, lane, at, null, 0, 0);
  }

  private void deliver(Warp warp, int lane, int at, byte[] from, int offset, int count) {
    SharedMemory shared = warp.block.shared;
    shared.write(warp, lane, at, bytes, index);
    if (count > 0) {
      System.arraycopy(from, offset, shared.bytes, at, count);
    }
    Arrays.fill(shared.bytes, at + count, at + bytes, (byte) 0);
    shared.departed(at, bytes);
    warp.copies.add(lane, at, bytes, index);
  }

  @Override
  void global(Warp warp, int mask, Allocation allocation) {
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      int count = sourceSize >= 0 ? warp.ints[sourceSize][k] : bytes;
      LoadOp.requireValid(warp, k, allocation, count);
      allocation.touchRead(warp.offsets[k], warp.block.stamp);
      deliver(warp, k, place(warp, k), allocation.bytes, warp.offsets[k], count);
    }
  }

  @Override
  void shared(Warp warp, int mask) {
    throw new IllegalStateException("the source is global memory");
  }

  @Override
  void local(Warp warp, int mask) {
    throw new IllegalStateException("the source is global memory");
  }
}
