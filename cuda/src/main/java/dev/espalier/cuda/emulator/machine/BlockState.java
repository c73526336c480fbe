package dev.espalier.cuda.emulator.machine;

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

  /** Bytes of local memory of one thread. */
  public final int localBytes;

  /** For each instruction the allocation it touched last: very often the one it touches next. */
  public final Allocation[] lastAllocation;

  /** A block of a launch. */
  public BlockState(
      DeviceHeap heap, Checks checks, SharedMemory shared, int localBytes, int instructions) {
    this.heap = heap;
    this.checks = checks;
    this.shared = shared;
    this.localBytes = localBytes;
    this.lastAllocation = new Allocation[instructions];
  }
}
