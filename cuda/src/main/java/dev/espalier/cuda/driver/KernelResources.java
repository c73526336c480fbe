package dev.espalier.cuda.driver;

/**
 * What a compiled kernel takes.
 *
 * @param registersPerThread 32-bit registers
 * @param staticSharedBytes shared memory that the kernel declares itself, per block
 * @param localBytesPerThread spilled registers and local arrays; a fast kernel has none
 * @param maxThreadsPerBlock what registers and launch bounds leave possible
 */
public record KernelResources(
    int registersPerThread,
    int staticSharedBytes,
    int localBytesPerThread,
    int maxThreadsPerBlock) {}
