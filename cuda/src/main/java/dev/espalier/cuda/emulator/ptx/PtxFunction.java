package dev.espalier.cuda.emulator.ptx;

import java.util.List;

/**
 * A kernel or a function.
 *
 * @param entry whether it can be launched
 * @param results the parameters through which a function returns
 * @param parameters in order
 * @param body null where it is only declared
 * @param variables local and shared memory declared inside
 * @param maxThreads the product of {@code .maxntid}, or 1024
 * @param minBlocks from {@code .minnctapersm}, or 1
 */
public record PtxFunction(
    String name,
    int line,
    boolean entry,
    List<Variable> results,
    List<Variable> parameters,
    List<Statement> body,
    List<Variable> variables,
    int maxThreads,
    int minBlocks) {}
