package dev.espalier.bench.measure;

import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.kernel.Cases;
import dev.espalier.bench.kernel.Contender;
import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Ceilings;
import dev.espalier.bench.machine.Machine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Measures cases, ours and the peers next to each other, between two looks at the machine. */
public final class KernelMeasurement {
  private final JmhTimer timer;
  private final boolean peers;
  private final Consumer<String> warnings;
  private final Machine machine = Machine.detect();
  private final Set<String> unavailable = new HashSet<>();

  /**
   * @param peers whether to compare with the libraries of the profile, or with our own dense kernel
   * @param warnings told which peer is skipped, and why
   */
  public KernelMeasurement(Effort effort, boolean peers, Consumer<String> warnings) {
    this.timer = new JmhTimer(effort);
    this.peers = peers;
    this.warnings = warnings;
  }

  /** One row per peer, or one without a peer; none if ours could not be timed. */
  public List<KernelRow> measure(CaseName name, int threads) {
    Timing ours;
    try {
      ours = timer.time(name, Contender.OURS, threads);
    } catch (MeasurementException e) {
      warnings.accept(e.getMessage());
      return List.of();
    }
    Ceilings ceilings = Ceilings.measure(threads, ours.note().bytes());
    List<KernelRow> rows = new ArrayList<>();
    for (String peer : rivals(name)) {
      Timing theirs = timePeer(name, peer, threads);
      if (theirs != null) {
        ceilings = ceilings.max(Ceilings.measure(threads, ours.note().bytes()));
        rows.add(row(name, threads, ours, peer, theirs, ceilings));
      }
    }
    if (rows.isEmpty()) {
      rows.add(row(name, threads, ours, null, null, ceilings));
    }
    return rows;
  }

  /** A dense case has no rival of our own. */
  private List<String> rivals(CaseName name) {
    List<String> rivals = new ArrayList<>();
    if (peers) {
      rivals.addAll(Cases.peers(name));
      rivals.removeAll(unavailable);
    }
    if (rivals.isEmpty() && !name.isDense()) {
      rivals.add(Contender.OUR_DENSE);
    }
    return rivals;
  }

  private Timing timePeer(CaseName name, String peer, int threads) {
    try {
      return timer.time(name, peer, threads);
    } catch (MeasurementException e) {
      if (e.isUnavailable()) {
        unavailable.add(peer);
      }
      warnings.accept(e.getMessage());
      return null;
    }
  }

  private KernelRow row(
      CaseName name, int threads, Timing ours, String peer, Timing theirs, Ceilings ceilings) {
    double flops = ours.note().usefulFlops();
    double rate = flops / ours.micros() / 1e3;
    boolean alone = theirs == null;
    return new KernelRow(
        name.kernel(),
        name.passName(),
        name.format(),
        name.shape(),
        name.sparsity(),
        threads,
        rate,
        peer,
        alone ? null : theirs.note().denseFlops() / theirs.micros() / 1e3,
        alone ? null : theirs.micros() / ours.micros(),
        ceilings.gigaflops(),
        ours.micros(),
        alone ? null : theirs.micros(),
        alone ? ours.deviation() : Math.hypot(ours.deviation(), theirs.deviation()),
        ours.allocatedBytes(),
        rate / ceilings.roof(flops, ours.note().bytes()),
        ceilings.gigabytesPerSecond(),
        alone ? "" : theirs.note().kernel(),
        name.pattern(),
        machine.cpu() + ", " + machine.os(),
        machine.jdk(),
        Build.commit());
  }
}
