/**
 * Kernel benchmarks: a dense baseline and the contender in one class, results compared once before
 * anything is timed.
 *
 * <p>One invocation is one call of the kernel; the shapes are in the parameters, so GFLOP/s follow
 * from the score.
 */
package dev.espalier.bench.jmh;
