package dev.espalier.bench.measure;

import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.kernel.NetworkShape;
import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Machine;
import java.util.Arrays;
import java.util.List;

/**
 * One line of results of a whole network; the component names are the keys, in snake case.
 *
 * @param sparsity fraction of zeros in its weights; the peer multiplies them
 * @param format {@code dense}, or {@code csr} where the crossover table may choose it
 * @param oursMs time of a call on the batch
 * @param peer whom we compare with, or null
 * @param ratio peer time ÷ our time: above 1 we are faster
 * @param error standard deviation of the ratio, relative
 * @param allocBytes that our call allocates on the Java heap
 * @param peerKernel what the peer says of itself
 */
public record ModelRow(
    String model,
    int batch,
    double sparsity,
    String format,
    double oursMs,
    String peer,
    Double peerMs,
    Double ratio,
    int threads,
    double error,
    double allocBytes,
    String peerKernel,
    String machine,
    String jdk,
    String commit)
    implements Row {
  /** Refuses what cannot have been measured, as rows also come from files. */
  public ModelRow {
    RowCheck.names(model, format, peerKernel, machine, jdk, commit);
    RowCheck.fraction("sparsity", sparsity);
    RowCheck.positive("batch", batch);
    RowCheck.positive("threads", threads);
    RowCheck.positive("ours_ms", oursMs);
    RowCheck.allOrNone("peer, peer_ms and ratio", peer, peerMs, ratio);
    if (peer != null) {
      RowCheck.names(peer);
      RowCheck.positive("peer_ms", peerMs);
      RowCheck.positive("ratio", ratio);
    }
  }

  /** The row of a comparison made on this machine. */
  public static ModelRow of(Comparison comparison) {
    CaseName name = comparison.name();
    NetworkShape shape = NetworkShape.parse(name.shape());
    Timing theirs = comparison.theirs();
    Machine machine = Machine.detect();
    return new ModelRow(
        shape.network(),
        shape.batch(),
        name.sparsity(),
        name.format(),
        comparison.ours().micros() / 1e3,
        comparison.peer(),
        theirs == null ? null : theirs.micros() / 1e3,
        comparison.ratio(),
        comparison.threads(),
        comparison.error(),
        comparison.ours().allocatedBytes(),
        comparison.peerKernel(),
        machine.cpu() + ", " + machine.os(),
        machine.jdk(),
        Build.commit());
  }

  @Override
  public List<Object> key() {
    return Arrays.asList(model, batch, sparsity, format, threads, peer);
  }
}
