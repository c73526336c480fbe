package dev.espalier.bench.measure;

/**
 * One line of results; the component names are the keys, in snake case.
 *
 * @param kernel {@code gemm spmm ...}
 * @param pass {@code forward dx dw}
 * @param format of the weight
 * @param shape in the notation of the kernel's family
 * @param sparsity fraction of zeros in the weight
 * @param threads on both sides
 * @param oursGflops 10⁹ operations at stored weights per second
 * @param peer whom we compare with, or null: {@code onednn openblas ...}, or {@code espalier} for
 *     our own dense kernel
 * @param peerGflops its rate, the zeros that a dense peer multiplies included
 * @param ratio peer time ÷ our time: above 1 we are faster
 * @param peakGflops multiply-adds in registers, measured beside the row
 * @param oursUs time of our call
 * @param peerUs time of the peer's call
 * @param error standard deviation of the ratio, relative
 * @param allocBytes that our call allocates on the Java heap
 * @param roofline our rate as a fraction of what peak and bandwidth allow
 * @param bandwidthGbs copy rate at the row's working set, measured beside the row
 * @param peerKernel which kernel the peer chose
 * @param pattern file of the weight's pattern, or empty
 * @param machine processor and operating system
 * @param jdk the Java runtime
 * @param commit source revision
 */
public record KernelRow(
    String kernel,
    String pass,
    String format,
    String shape,
    double sparsity,
    int threads,
    double oursGflops,
    String peer,
    Double peerGflops,
    Double ratio,
    double peakGflops,
    double oursUs,
    Double peerUs,
    double error,
    double allocBytes,
    double roofline,
    double bandwidthGbs,
    String peerKernel,
    String pattern,
    String machine,
    String jdk,
    String commit) {}
