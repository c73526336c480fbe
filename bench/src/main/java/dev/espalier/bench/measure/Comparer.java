package dev.espalier.bench.measure;

import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.kernel.Cases;
import dev.espalier.bench.kernel.Contender;
import dev.espalier.bench.machine.Ceilings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Measures cases, ours and the peers next to each other, between two looks at the machine. */
public final class Comparer {
  private final JmhTimer timer;
  private final boolean peers;
  private final Consumer<String> warnings;
  private final Set<String> unavailable = new HashSet<>();

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
    Ceilings ceilings = Ceilings.measure(threads, ours.note().bytes());
    List<Comparison> comparisons = new ArrayList<>();
    for (String peer : rivals(name)) {
      Timing theirs = time(name, peer, threads);
      if (theirs != null) {
        ceilings = ceilings.max(Ceilings.measure(threads, ours.note().bytes()));
        comparisons.add(new Comparison(name, threads, ours, peer, theirs, ceilings));
      }
    }
    if (comparisons.isEmpty()) {
      comparisons.add(new Comparison(name, threads, ours, null, null, ceilings));
    }
    return comparisons;
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
