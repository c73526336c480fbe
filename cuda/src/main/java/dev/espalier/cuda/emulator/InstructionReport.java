package dev.espalier.cuda.emulator;

/**
 * What one instruction did in a launch.
 *
 * @param line in the PTX text
 * @param source where it was compiled from, as {@code file:line}, or empty
 * @param issued how often a warp ran it
 * @param lanes for how many lanes, all times together
 * @param multiplyAdds fused multiply-adds, counted by lane; of matrix products all of them
 * @param floatingOperations additions and multiplications of floats, two for a fused one
 * @param globalRequests requests to global memory
 * @param sectors 32-byte sectors that they touched
 * @param idealSectors as many as the distinct bytes would fill
 * @param sharedRequests requests to shared memory
 * @param wavefronts passes that they took
 * @param idealWavefronts passes without bank conflicts
 */
public record InstructionReport(
    int line,
    String source,
    String opcode,
    InstructionClass kind,
    long issued,
    long lanes,
    long multiplyAdds,
    long floatingOperations,
    long globalRequests,
    long sectors,
    long idealSectors,
    long sharedRequests,
    long wavefronts,
    long idealWavefronts) {}
