package dev.espalier.bench.measure;

import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Machine;
import java.util.Arrays;
import java.util.List;

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
    String commit)
    implements Row {
  /** Refuses what cannot have been measured, as rows also come from files. */
  public KernelRow {
    RowCheck.names(kernel, pass, format, shape, pattern, peerKernel, machine, jdk, commit);
    RowCheck.fraction("sparsity", sparsity);
    RowCheck.positive("threads", threads);
    RowCheck.positive("ours_gflops", oursGflops);
    RowCheck.positive("peak_gflops", peakGflops);
    RowCheck.positive("ours_us", oursUs);
    RowCheck.positive("roofline", roofline);
    RowCheck.positive("bandwidth_gbs", bandwidthGbs);
    RowCheck.allOrNone("peer, peer_gflops, peer_us and ratio", peer, peerGflops, peerUs, ratio);
    if (peer != null) {
      RowCheck.names(peer);
      RowCheck.positive("peer_gflops", peerGflops);
      RowCheck.positive("peer_us", peerUs);
      RowCheck.positive("ratio", ratio);
    }
  }

  /** The row of a comparison made on this machine. */
  public static KernelRow of(Comparison comparison) {
    CaseName name = comparison.name();
    Timing ours = comparison.ours();
    Timing theirs = comparison.theirs();
    double flops = ours.note().usefulFlops();
    double rate = flops / ours.micros() / 1e3;
    Machine machine = Machine.detect();
    return new KernelRow(
        name.kernel(),
        name.passName(),
        name.format(),
        name.shape(),
        name.sparsity(),
        comparison.threads(),
        rate,
        comparison.peer(),
        theirs == null ? null : theirs.note().denseFlops() / theirs.micros() / 1e3,
        comparison.ratio(),
        comparison.ceilings().gigaflops(),
        ours.micros(),
        theirs == null ? null : theirs.micros(),
        comparison.error(),
        ours.allocatedBytes(),
        rate / comparison.ceilings().roof(flops, ours.note().bytes()),
        comparison.ceilings().gigabytesPerSecond(),
        comparison.peerKernel(),
        name.pattern(),
        machine.cpu() + ", " + machine.os(),
        machine.jdk(),
        Build.commit());
  }

  @Override
  public List<Object> key() {
    return Arrays.asList(kernel, pass, format, shape, sparsity, pattern, threads, peer);
  }
}
