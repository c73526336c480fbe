/**
 * Kernel benchmarks, one class per family. Each times one side of one case of {@link
 * dev.espalier.bench.kernel.Cases}, given by the parameters {@code name}, {@code library} and
 * {@code threads}; the result is compared with a plain loop before anything is timed.
 *
 * <p>{@code espalier bench kernels} runs them in pairs and computes the ratios. By hand: {@code
 * espalier jmh Gemm -p "name=gemm forward dense 768x768x768 0"}.
 */
package dev.espalier.bench.jmh;
