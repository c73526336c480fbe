package dev.espalier.tensor.ops;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.io.AtomicFile;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Crossover.Rule;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.spi.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Measures on a device of this machine up to which density each sparse kernel beats the dense one,
 * and makes a {@link Crossover} table of it.
 *
 * <p>Both sides are timed as a layer runs them, in training with gathering values and masking
 * gradients included. A rule is made for the very columns and weights measured and serves all
 * larger ones until the next rule, since sparse kernels gain with both; of cases that share a rule
 * the least favourable counts. The sparse kernel must win at a density and at every smaller one
 * measured.
 */
public final class CrossoverProbe {
  /** One layer to measure, with random masks of one granularity. */
  public sealed interface Case {
    Granularity granularity();

    Shape weight();

    Family family();

    /** Columns of the dense operand, as {@link Crossover#decide} counts them. */
    long columns();

    /** A linear layer [out, in] on a batch. */
    record Linear(int batch, int in, int out, Granularity granularity) implements Case {
      @Override
      public Shape weight() {
        return Shape.of(out, in);
      }

      @Override
      public Family family() {
        return Family.LINEAR;
      }

      @Override
      public long columns() {
        return batch;
      }
    }

    /** A convolution of weight [O, C / groups, kh, kw] on images [N, C, H, W]. */
    record Convolution(Shape input, Shape weight, ConvSpec spec, Granularity granularity)
        implements Case {
      @Override
      public Family family() {
        return weight.dim(2) == 1 && weight.dim(3) == 1 ? Family.POINTWISE : Family.CONVOLUTION;
      }

      @Override
      public long columns() {
        Shape y = CrossoverPair.outShape(this);
        return (long) y.dim(0) * y.dim(2) * y.dim(3);
      }
    }
  }

  /** Times of one product at one density, in nanoseconds. */
  public record Measurement(
      Case measured,
      Direction direction,
      Kernel kernel,
      double density,
      double dense,
      double sparse) {
    /** How many times faster the sparse kernel is. */
    public double speedUp() {
      return dense / sparse;
    }

    /** What was multiplied, without the times. */
    public String name() {
      return String.format(
          Locale.ROOT,
          "%-11s %-12s %-10s %-16s %7d columns  density %.2f",
          measured.family().name().toLowerCase(Locale.ROOT),
          direction.name().toLowerCase(Locale.ROOT).replace('_', '-'),
          measured.granularity().name(),
          measured.weight(),
          measured.columns(),
          density);
    }

    /** A line for people. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s  dense %9.1f us  %s %9.1f us  %5.2fx",
          name(),
          dense / 1e3,
          kernel.label(),
          sparse / 1e3,
          speedUp());
    }
  }

  /**
   * How to measure.
   *
   * @param densities ascending
   * @param rehearsalNanos how long each product runs, unmeasured, before any is measured, so that
   *     all are compiled by then
   * @param rounds pairs of samples of which the fastest count
   * @param sampleNanos shortest time of one sample
   * @param margin speed-up below which the dense kernel is preferred, such as 1.1
   */
  public record Settings(
      List<Double> densities, long rehearsalNanos, int rounds, long sampleNanos, double margin) {
    public static final Settings STANDARD =
        new Settings(
            List.of(0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7),
            200_000_000,
            7,
            3_000_000,
            1.1);

    /** Each product a few times: for machines whose clock tells nothing of the device. */
    public static final Settings SMOKE = new Settings(List.of(0.25), 0, 1, 1, 1);
  }

  /** By how much a sparse time may exceed that of a higher density before it is doubted. */
  private static final double TOLERANCE = 1.1;

  private final Settings settings;
  private final Device device;
  private final Backend backend;
  private final Consumer<Measurement> listener;

  /**
   * @param device on which products run
   * @param listener told every measurement as it is made
   */
  public CrossoverProbe(Settings settings, Device device, Consumer<Measurement> listener) {
    this.settings = settings;
    this.device = device;
    this.backend = Backends.of(device);
    this.listener = listener;
  }

  /** Measures every case in every direction, and makes the table. */
  public Crossover measure(List<Case> cases) {
    rehearse(cases);
    Map<String, Rule> rules = new LinkedHashMap<>();
    for (Case one : cases) {
      for (Direction direction : directions(one)) {
        Rule rule = rule(one, direction);
        rules.merge(rule.condition(), rule, (a, b) -> a.maxDensity() <= b.maxDensity() ? a : b);
      }
    }
    return Crossover.of(List.copyOf(rules.values()));
  }

  /**
   * Measures what a table chooses, at the given densities, beside the dense kernel.
   *
   * @return those of its choices of a sparse kernel that are slower than the dense one by more than
   *     the fraction {@code most}, the worst first
   */
  public List<Measurement> losses(
      Crossover table, List<Case> cases, List<Double> densities, double most) {
    rehearse(cases);
    List<Measurement> losses = new ArrayList<>();
    for (Case one : cases) {
      boolean onlyDensity = one.granularity() instanceof Granularity.NOfM;
      for (Direction direction : directions(one)) {
        List<Double> asked = onlyDensity ? densities(one) : densities;
        for (Kernel kernel : List.of(Kernel.CSR, Kernel.BSR, Kernel.NM)) {
          List<Double> chosen =
              asked.stream().filter(d -> choice(table, one, direction, d) == kernel).toList();
          sweep(one, direction, kernel, chosen, true).stream()
              .filter(m -> m.speedUp() < 1 - most)
              .forEach(losses::add);
        }
      }
    }
    losses.sort(Comparator.comparingDouble(Measurement::speedUp));
    return losses;
  }

  /**
   * Writes a table, with notes (machine, date, command) as comments, replacing the file as a whole;
   * its folder is made if it is not there.
   */
  public static void write(Crossover table, List<String> notes, Path file) {
    StringBuilder text = new StringBuilder();
    for (String note : notes) {
      Stream.of(note.split("\\R")).forEach(line -> text.append("# ").append(line).append('\n'));
    }
    text.append(table.text());
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    AtomicFile.write(file, out -> out.write(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** Blocks at inference are served by the rules for elements; N:M is denser than those reach. */
  private static List<Direction> directions(Case one) {
    return Stream.of(Direction.values())
        .filter(d -> d != Direction.INFERENCE || kernel(one) != Kernel.BSR)
        .toList();
  }

  private static Kernel kernel(Case one) {
    return Kernel.nativeTo(one.granularity());
  }

  /** A full N:M mask has one density. */
  private List<Double> densities(Case one) {
    return one.granularity() instanceof Granularity.NOfM(int n, int m, int _)
        ? List.of((double) n / m)
        : settings.densities();
  }

  private Rule rule(Case one, Direction direction) {
    Kernel kernel = kernel(one);
    double best = 0;
    Measurement won = null;
    for (Measurement measurement : sweep(one, direction, kernel, densities(one), false)) {
      if (measurement.speedUp() < settings.margin()) {
        best = won == null ? 0 : between(won, measurement);
        break;
      }
      best = measurement.density();
      won = measurement;
    }
    return new Rule(
        one.family(),
        direction,
        one.granularity(),
        one.columns(),
        one.weight().size(),
        kernel,
        best);
  }

  /**
   * Where between a density that won and one that did not the two sides meet, the sparse time being
   * about linear in the density; so that a weight of which a tenth was to be kept runs sparse also
   * where that is 0.1003.
   */
  private double between(Measurement won, Measurement lost) {
    double wanted = (won.dense + lost.dense) / 2 / settings.margin();
    double share = (wanted - won.sparse) / Math.max(lost.sparse - won.sparse, Double.MIN_NORMAL);
    double density = won.density + Math.clamp(share, 0, 1) * (lost.density - won.density);
    return Math.floor(density * 1000) / 1000;
  }

  /** All before any is measured: what a later one makes the compiler do again slows the earlier. */
  private void rehearse(List<Case> cases) {
    for (Case one : cases) {
      for (Direction direction : directions(one)) {
        rehearse(one, direction);
      }
    }
  }

  private void rehearse(Case one, Direction direction) {
    try (var _ = Scope.open("crossover rehearsal")) {
      rehearse(CrossoverPair.of(one, direction, kernel(one), densities(one).getFirst(), device));
    }
  }

  private void rehearse(CrossoverPair pair) {
    for (Runnable product : List.of(pair.dense(), pair.sparse())) {
      long end = System.nanoTime() + settings.rehearsalNanos();
      do {
        product.run();
      } while (System.nanoTime() < end);
      backend.synchronize();
    }
  }

  private static Kernel choice(Crossover table, Case one, Direction direction, double density) {
    return table
        .decide(
            one.family(), direction, one.granularity(), one.columns(), one.weight().size(), density)
        .kernel();
  }

  /**
   * Measures one product at ascending densities.
   *
   * <p>A branch never taken before makes the compiler drop a loop, which then runs interpreted for
   * longer than all samples take; so what does not fit is measured once more after a rehearsal, and
   * that counts. The dense time does not depend on the density: the smallest one is everybody's.
   * What does not fit is a sparse time that exceeds the dense one, or that of a higher density.
   *
   * @param toTheEnd whether to go on where the sparse kernel no longer wins
   */
  private List<Measurement> sweep(
      Case one, Direction direction, Kernel kernel, List<Double> densities, boolean toTheEnd) {
    double dense = Double.MAX_VALUE;
    List<Double> sparse = new ArrayList<>();
    for (double density : densities) {
      PairedTimes times = times(one, direction, kernel, density, false);
      if (times.sparse() * settings.margin() > Math.min(dense, times.dense())) {
        times = times.best(times(one, direction, kernel, density, true));
      }
      dense = Math.min(dense, times.dense());
      sparse.add(times.sparse());
      if (!toTheEnd && times.sparse() * settings.margin() > dense) {
        break;
      }
    }
    double later = Double.MAX_VALUE;
    for (int i = sparse.size() - 1; i >= 0; i--) {
      if (sparse.get(i) > later * TOLERANCE) {
        PairedTimes again = times(one, direction, kernel, densities.get(i), true);
        dense = Math.min(dense, again.dense());
        sparse.set(i, Math.min(sparse.get(i), again.sparse()));
      }
      later = Math.min(later, sparse.get(i));
    }
    List<Measurement> measurements = new ArrayList<>();
    for (int i = 0; i < sparse.size(); i++) {
      var measurement =
          new Measurement(one, direction, kernel, densities.get(i), dense, sparse.get(i));
      listener.accept(measurement);
      measurements.add(measurement);
    }
    return measurements;
  }

  private PairedTimes times(
      Case one, Direction direction, Kernel kernel, double density, boolean rehearsed) {
    try (var _ = Scope.open("crossover probe")) {
      CrossoverPair pair = CrossoverPair.of(one, direction, kernel, density, device);
      if (rehearsed) {
        rehearse(pair);
      }
      return PairedTimes.of(pair, backend, settings.rounds(), settings.sampleNanos());
    }
  }
}
