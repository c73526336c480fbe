package dev.espalier.bench.measure;

import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.kernel.Cases;
import dev.espalier.bench.kernel.Contender;
import dev.espalier.bench.machine.Ceilings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Measures cases, ours and the peers next to each other, between two looks at the machine. */
public final class Comparer {
  private final JmhTimer timer;
  private final boolean peers;
  private final Consumer<String> warnings;
  private final Set<String> unavailable = new HashSet<>();
  private final Map<Integer, Double> peaks = new HashMap<>();

  /**
   * @param peers whether to compare with the libraries of the profile, or with our own dense kernel
   * @param warnings told which peer is skipped, and why
   */
  public Comparer(Effort effort, boolean peers, Consumer<String> warnings) {
    this.timer = new JmhTimer(effort);
    this.peers = peers;
    this.warnings = warnings;
  }

  /** One comparison per peer, or one without a peer; none if ours could not be timed. */
  public List<Comparison> compare(CaseName name, int threads) {
    Timing ours = time(name, Contender.OURS, threads);
    if (ours == null) {
      return List.of();
    }
    List<Comparison> comparisons = new ArrayList<>();
    if (peers) {
      for (String peer : Cases.peers(name)) {
        if (!unavailable.contains(peer)) {
          add(comparisons, name, threads, ours, peer);
        }
      }
    }
    if (comparisons.isEmpty() && !name.isDense()) {
      add(comparisons, name, threads, ours, Contender.OUR_DENSE);
    }
    if (comparisons.isEmpty()) {
      comparisons.add(new Comparison(name, threads, ours, null, null, ceilings(threads, ours)));
    }
    return comparisons;
  }

  private void add(
      List<Comparison> comparisons, CaseName name, int threads, Timing ours, String peer) {
    Ceilings before = ceilings(threads, ours);
    Timing theirs = time(name, peer, threads);
    if (theirs != null) {
      Ceilings ceilings = before.max(ceilings(threads, ours));
      comparisons.add(new Comparison(name, threads, ours, peer, theirs, ceilings));
    }
  }

  /** The peak is the best of the whole run, since anything that disturbs a probe lowers it. */
  private Ceilings ceilings(int threads, Timing ours) {
    Ceilings now = Ceilings.measure(threads, ours.note().bytes());
    double peak = peaks.merge(threads, now.gigaflops(), Math::max);
    return new Ceilings(peak, now.gigabytesPerSecond());
  }

  /** Null, with a warning, if it cannot be timed. */
  private Timing time(CaseName name, String library, int threads) {
    try {
      return timer.time(name, library, threads);
    } catch (MeasurementException e) {
      if (e.isUnavailable()) {
        unavailable.add(library);
      }
      warnings.accept(e.getMessage());
      return null;
    }
  }
}
