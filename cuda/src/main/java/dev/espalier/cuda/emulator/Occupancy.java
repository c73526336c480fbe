package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.DeviceProperties;
import dev.espalier.cuda.driver.KernelResources;
import dev.espalier.cuda.driver.LaunchShape;

/**
 * How many blocks of a launch a multiprocessor holds at once.
 *
 * <p>By the allocation rules of the CUDA occupancy calculator for compute capability 8.0 and 9.0:
 * registers are given to four warps at once by 256 each, shared memory by 128 bytes with 1 KiB more
 * for each block.
 *
 * @param blocks resident blocks of a multiprocessor
 * @param warps resident warps
 * @param share of the warps that a multiprocessor can hold, 0 to 1
 * @param limit what bounds it
 */
public record Occupancy(int blocks, int warps, double share, Limit limit) {
  private static final int REGISTER_UNIT = 256;
  private static final int WARP_UNIT = 4;
  private static final int SHARED_UNIT = 128;
  private static final int SHARED_RESERVED = 1024;

  /** What bounds the number of resident blocks. */
  public enum Limit {
    BLOCKS,
    THREADS,
    REGISTERS,
    SHARED_MEMORY
  }

  static Occupancy of(DeviceDescription device, LaunchShape shape, KernelResources resources) {
    DeviceProperties properties = device.properties();
    int warpsPerBlock = (int) ((shape.block().count() + 31) / 32);
    int blocks = device.maxBlocksPerMultiprocessor();
    Limit limit = Limit.BLOCKS;
    int byThreads = properties.maxThreadsPerMultiprocessor() / 32 / warpsPerBlock;
    if (byThreads < blocks) {
      blocks = byThreads;
      limit = Limit.THREADS;
    }
    int registersOfWarp = roundUp(resources.registersPerThread() * 32, REGISTER_UNIT);
    int warpsByRegisters = properties.registersPerMultiprocessor() / Math.max(registersOfWarp, 1);
    int byRegisters = warpsByRegisters / WARP_UNIT * WARP_UNIT / warpsPerBlock;
    if (byRegisters < blocks) {
      blocks = byRegisters;
      limit = Limit.REGISTERS;
    }
    int shared =
        roundUp(resources.staticSharedBytes() + shape.sharedBytes(), SHARED_UNIT) + SHARED_RESERVED;
    int byShared = properties.sharedBytesPerMultiprocessor() / shared;
    if (byShared < blocks) {
      blocks = byShared;
      limit = Limit.SHARED_MEMORY;
    }
    int warps = blocks * warpsPerBlock;
    double share = (double) warps * 32 / properties.maxThreadsPerMultiprocessor();
    return new Occupancy(blocks, warps, share, limit);
  }

  private static int roundUp(int value, int unit) {
    return (value + unit - 1) / unit * unit;
  }
}
