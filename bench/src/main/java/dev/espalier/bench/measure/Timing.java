package dev.espalier.bench.measure;

/**
 * One side's figures.
 *
 * @param micros median over the iterations of the mean time of a call
 * @param deviation standard deviation over the iterations, relative to their mean
 * @param allocatedBytes on the Java heap per call
 * @param note what its JVM told
 */
public record Timing(double micros, double deviation, double allocatedBytes, ForkNote note) {}
