package dev.espalier.cuda.emulator.machine;

import java.util.function.IntFunction;

/** What the threads of a block have in common. */
public final class BlockState {
  /** Where the shared memory's window lies among generic addresses. */
  public static final long SHARED_WINDOW = 0x1_0000_0000L;

  /** Where the local memory's window lies among generic addresses. */
  public static final long LOCAL_WINDOW = 0x2_0000_0000L;

  /** The size of a window. */
  public static final long WINDOW = 1L << 24;

  /** The device's global memory. */
  public final DeviceHeap heap;

  /** Which faults are looked for. */
  public final Checks checks;

  /** The block's shared memory. */
  public final SharedMemory shared;

  /** How many warps a block has. */
  public final int warps;

  /** Names an instruction by its number, for messages. */
  public final IntFunction<String> instructionNames;

  /** What sectors of global memory are marked with that this launch touched. */
  public final byte stamp;

  /** Bytes of local memory of one thread. */
  public final int localBytes;

  /** For each instruction the allocation it touched last: very often the one it touches next. */
  public final Allocation[] lastAllocation;

  /** What is counted. */
  public final Counters counters;

  /** A block of a launch of a kernel with that many instructions. */
  public BlockState(
      DeviceHeap heap,
      Checks checks,
      SharedMemory shared,
      int localBytes,
      int warps,
      int instructions,
      IntFunction<String> instructionNames,
      byte stamp) {
    this.heap = heap;
    this.checks = checks;
    this.shared = shared;
    this.localBytes = localBytes;
    this.warps = warps;
    this.instructionNames = instructionNames;
    this.stamp = stamp;
    this.lastAllocation = new Allocation[instructions];
    this.counters = new Counters(instructions);
  }
}
