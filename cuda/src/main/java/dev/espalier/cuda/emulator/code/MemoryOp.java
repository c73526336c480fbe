package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.machine.Allocation;
import dev.espalier.cuda.emulator.machine.BlockState;
import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.StateSpace;

/** An instruction that touches memory at an address of each lane's own. */
abstract class MemoryOp extends Op {
  final StateSpace space;

  /** Bytes that one lane touches, all at one place. */
  final int bytes;

  private final AddressSource address;

  MemoryOp(Emitter emit, Operand address, StateSpace space, int bytes) {
    this.space = space;
    this.bytes = bytes;
    this.address = new AddressSource(emit, address);
  }

  @Override
  void execute(Warp warp, int mask) {
    long[] addresses = address.gather(warp, warp.addresses);
    switch (space) {
      case GLOBAL, CONST -> global(warp, mask, addresses);
      case SHARED -> shared(warp, mask, addresses, 0);
      case LOCAL -> local(warp, mask, addresses, 0);
      default -> generic(warp, mask, addresses);
    }
  }

  private void generic(Warp warp, int mask, long[] addresses) {
    int shared = 0;
    int local = 0;
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      if (isIn(addresses[k], BlockState.SHARED_WINDOW)) {
        shared |= 1 << k;
      } else if (isIn(addresses[k], BlockState.LOCAL_WINDOW)) {
        local |= 1 << k;
      }
    }
    if (shared != 0) {
      shared(warp, shared, addresses, BlockState.SHARED_WINDOW);
    }
    if (local != 0) {
      local(warp, local, addresses, BlockState.LOCAL_WINDOW);
    }
    if ((mask & ~shared & ~local) != 0) {
      global(warp, mask & ~shared & ~local, addresses);
    }
  }

  private static boolean isIn(long address, long window) {
    return address >= window && address < window + BlockState.WINDOW;
  }

  private void global(Warp warp, int mask, long[] addresses) {
    warp.block.counters.global(index, addresses, mask, bytes);
    int rest = mask;
    while (rest != 0) {
      Allocation allocation = allocation(warp, Integer.numberOfTrailingZeros(rest), addresses);
      long start = allocation.base;
      int most = allocation.size - bytes;
      boolean aligned = warp.block.checks.alignment;
      int group = 0;
      for (int m = rest; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        long at = addresses[k] - start;
        if (at >= 0 && at <= most) {
          if ((at & (bytes - 1)) != 0 && aligned) {
            throw misaligned(k, "offset %d of %s".formatted(at, allocation));
          }
          warp.offsets[k] = (int) at;
          group |= 1 << k;
        }
      }
      global(warp, group, allocation);
      rest &= ~group;
    }
  }

  final Allocation allocation(Warp warp, int lane, long[] addresses) {
    BlockState block = warp.block;
    long address = addresses[lane];
    Allocation last = block.lastAllocation[index];
    if (last != null && address >= last.base && address - last.base <= last.size - bytes) {
      return last;
    }
    Allocation found = block.heap.find(address, bytes);
    if (found == null) {
      throw new KernelFault(
          block.heap.failedCheck(address),
          lane,
          "%s %d bytes at 0x%x, %s"
              .formatted(verb(), bytes, address, block.heap.describe(address)));
    }
    block.lastAllocation[index] = found;
    return found;
  }

  private void shared(Warp warp, int mask, long[] addresses, long window) {
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      warp.offsets[k] = warp.block.shared.locate(warp, k, addresses[k] - window, bytes);
    }
    warp.block.counters.shared(index, warp.offsets, mask, bytes);
    shared(warp, mask);
  }

  private void local(Warp warp, int mask, long[] addresses, long window) {
    int size = warp.block.localBytes;
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      long at = addresses[k] - window;
      if (at < 0 || at > size - bytes) {
        throw new KernelFault(
            Check.BOUNDS,
            k,
            "%s %d bytes at offset %d of local memory, which has %d bytes"
                .formatted(verb(), bytes, at, size));
      }
      if ((at & (bytes - 1)) != 0 && warp.block.checks.alignment) {
        throw misaligned(k, "offset %d of local memory".formatted(at));
      }
      warp.offsets[k] = k * size + (int) at;
    }
    local(warp, mask);
  }

  private KernelFault misaligned(int lane, String where) {
    return new KernelFault(
        Check.ALIGNMENT,
        lane,
        "%s %d bytes at %s, no multiple of %d".formatted(verb(), bytes, where, bytes));
  }

  /** What the instruction does, for messages. */
  abstract String verb();

  /** Runs for lanes whose offsets lie in one allocation. */
  abstract void global(Warp warp, int mask, Allocation allocation);

  /** Runs for lanes whose offsets lie in shared memory. */
  abstract void shared(Warp warp, int mask);

  /** Runs for lanes whose offsets lie in the warp's local memory. */
  abstract void local(Warp warp, int mask);
}
