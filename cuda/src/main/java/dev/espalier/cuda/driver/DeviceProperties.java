package dev.espalier.cuda.driver;

/**
 * What a device is and what it allows a kernel.
 *
 * @param name the product name
 * @param computeMajor the compute capability before the point, 9 in {@code sm_90}
 * @param computeMinor the compute capability after the point, 0 in {@code sm_90}
 * @param multiprocessors how many blocks run truly at once, times their occupancy
 * @param warpSize threads that run in lockstep
 * @param maxThreadsPerBlock the product of a block's three extents may not exceed it
 * @param maxThreadsPerMultiprocessor resident threads, the denominator of occupancy
 * @param registersPerMultiprocessor 32-bit registers that resident threads share
 * @param maxSharedBytesPerBlock shared memory of a block, granted unasked
 * @param maxSharedBytesPerBlockOptIn shared memory of a block after {@link Kernel#allowSharedBytes}
 * @param sharedBytesPerMultiprocessor shared memory that resident blocks share
 * @param l2Bytes the cache between multiprocessors and memory
 * @param memoryBusBits the width of the memory interface
 * @param memoryClockKilohertz with the bus width, the peak of the memory bandwidth
 * @param clockKilohertz the peak clock of the multiprocessors
 */
public record DeviceProperties(
    String name,
    int computeMajor,
    int computeMinor,
    int multiprocessors,
    int warpSize,
    int maxThreadsPerBlock,
    int maxThreadsPerMultiprocessor,
    int registersPerMultiprocessor,
    int maxSharedBytesPerBlock,
    int maxSharedBytesPerBlockOptIn,
    int sharedBytesPerMultiprocessor,
    int l2Bytes,
    int memoryBusBits,
    int memoryClockKilohertz,
    int clockKilohertz) {
  /** The architecture in the compiler's notation, such as {@code sm_90}. */
  public String architecture() {
    return "sm_" + computeMajor + computeMinor;
  }
}
