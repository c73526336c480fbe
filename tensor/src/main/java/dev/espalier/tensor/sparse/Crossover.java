package dev.espalier.tensor.sparse;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The measured table that says up to which density a sparse kernel beats the dense one.
 *
 * <p>A rule serves one family of products in one direction, for weights of one granularity, with at
 * least so many columns in the dense operand and so many elements in the weight: its sparse kernel
 * runs up to its density, the dense one above. Of the rules that fit, the one with the most columns
 * wins, then the one with the most elements; a granularity without rules of its own is served by
 * those of {@code element}; where no rule fits, the dense kernel runs. The text form is that of
 * {@link CrossoverText}.
 *
 * <p>Training on the processor reads {@link #standard()}, which is part of the library and hence
 * the same on every machine and for every thread count, so that results are; other devices have
 * {@linkplain dev.espalier.tensor.spi.Backend#crossover tables of their own}. The {@link #digest()}
 * belongs beside results. A table measured by {@code CrossoverProbe} may serve compiled inference.
 */
public final class Crossover {
  private static final System.Logger LOG = System.getLogger(Crossover.class.getName());
  private static final Granularity ELEMENT = new Granularity.Element();
  private static final String RESOURCE = "crossover.txt";

  /** What a weight is multiplied into. */
  public enum Family {
    LINEAR,
    /** A convolution with 1×1 kernels. */
    POINTWISE,
    CONVOLUTION;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Which of the three products of a layer, and whether it serves training. */
  public enum Direction {
    /** With the values gathered from the masked weight, which a step may just have changed. */
    FORWARD,
    GRAD_INPUT,
    GRAD_WEIGHT,
    /** Forward with a weight stored sparse once and for all. */
    INFERENCE;

    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The kernels to choose from; dense means dense storage, masked where that is needed. */
  public enum Kernel {
    DENSE,
    CSR,
    BSR,
    NM;

    /** The sparse kernel whose format a granularity is made for: blocks, N:M, or else CSR. */
    public static Kernel nativeTo(Granularity granularity) {
      return switch (granularity) {
        case Granularity.RowVector _, Granularity.ColumnVector _, Granularity.Block _ -> BSR;
        case Granularity.NOfM(int _, int m, int _) -> m <= NmPattern.MOST_NEIGHBOURS ? NM : CSR;
        default -> CSR;
      };
    }

    /** The name in tables and reports, such as {@code csr}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The chosen kernel and the rule that chose it. */
  public record Decision(Kernel kernel, String reason) {}

  /**
   * One line of the table.
   *
   * @param minColumns smallest number of columns of the dense operand (rows of a batch, output
   *     positions of a convolution)
   * @param minWeights smallest number of elements of the weight
   * @param kernel CSR, or the one that is {@linkplain Kernel#nativeTo native} to the granularity
   * @param maxDensity the largest density at which the sparse kernel runs; 0 for never
   */
  public record Rule(
      Family family,
      Direction direction,
      Granularity granularity,
      long minColumns,
      long minWeights,
      Kernel kernel,
      double maxDensity) {
    public Rule {
      if (minColumns < 0 || minWeights < 0 || !(maxDensity >= 0 && maxDensity <= 1)) {
        throw new IllegalArgumentException(
            "columns and weights must be >= 0 and the density in [0, 1] but are %d, %d and %s"
                .formatted(minColumns, minWeights, maxDensity));
      }
      if (kernel != Kernel.CSR && kernel != Kernel.nativeTo(granularity)) {
        throw new IllegalArgumentException(
            "kernel %s does not serve granularity %s; use csr, or bsr for blocks and vectors, nm for n:m"
                .formatted(kernel.label(), granularity.name()));
      }
    }

    boolean fits(Family f, Direction d, Granularity g, long columns, long weights) {
      return family == f
          && direction == d
          && columns >= minColumns
          && weights >= minWeights
          && granularity.equals(g);
    }

    /** The rule without its answer: no two rules of a table share it. */
    public String condition() {
      return "%s %s %s columns >= %d weights >= %d"
          .formatted(family.label(), direction.label(), granularity.name(), minColumns, minWeights);
    }
  }

  /** A rule with its two answers made in advance, so that a look-up allocates nothing. */
  private static final class Entry {
    final Rule rule;
    final Decision sparse;
    final Decision dense;
    final AtomicBoolean sparseLogged = new AtomicBoolean();
    final AtomicBoolean denseLogged = new AtomicBoolean();

    Entry(Rule rule) {
      this.rule = rule;
      String kernel = rule.kernel().label();
      String reason = "%s: %s, density %s " + rule.maxDensity();
      this.sparse =
          new Decision(rule.kernel(), reason.formatted(kernel, rule.condition(), "up to"));
      this.dense = new Decision(Kernel.DENSE, reason.formatted("dense", rule.condition(), "above"));
    }
  }

  private static final Decision NO_RULE = new Decision(Kernel.DENSE, "dense: no rule fits");

  private static final class Standard {
    static final Crossover TABLE = read();

    private static Crossover read() {
      try (InputStream in = Crossover.class.getResourceAsStream(RESOURCE)) {
        return resource(in, RESOURCE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final List<Rule> rules;
  private final Entry[] entries;

  private Crossover(List<Rule> rules) {
    this.rules = rules;
    this.entries = rules.stream().map(Entry::new).toArray(Entry[]::new);
  }

  /** The library's own table, which training on the processor uses on every machine. */
  public static Crossover standard() {
    return Standard.TABLE;
  }

  /**
   * A table of rules in any order.
   *
   * @throws IllegalArgumentException if two rules have one condition
   */
  public static Crossover of(List<Rule> rules) {
    List<Rule> sorted = new ArrayList<>(rules);
    sorted.sort(
        Comparator.comparing(Rule::family)
            .thenComparing(Rule::direction)
            .thenComparing(rule -> rule.granularity().name())
            .thenComparing(Rule::minColumns, Comparator.reverseOrder())
            .thenComparing(Rule::minWeights, Comparator.reverseOrder()));
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).condition().equals(sorted.get(i - 1).condition())) {
        throw new IllegalArgumentException("crossover: two rules for " + sorted.get(i).condition());
      }
    }
    return new Crossover(List.copyOf(sorted));
  }

  /**
   * Reads a table that was measured elsewhere.
   *
   * @throws IllegalArgumentException naming file, line and field that is not as {@link
   *     CrossoverText} describes
   */
  public static Crossover parse(Path file) throws IOException {
    return parse(Files.readString(file), file.toString());
  }

  /**
   * Reads a table that is part of a library.
   *
   * @param in of the resource, which is not closed; null if it was not found
   * @throws IllegalStateException if it was not found
   */
  public static Crossover resource(InputStream in, String name) throws IOException {
    if (in == null) {
      throw new IllegalStateException(
          "crossover: the resource " + name + " is missing from the library");
    }
    return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), name);
  }

  /** Reads a table from text; the name appears in messages. */
  public static Crossover parse(String text, String name) {
    return of(CrossoverText.parse(text, name));
  }

  /** The rules in the order in which they are tried. */
  public List<Rule> rules() {
    return rules;
  }

  /**
   * The kernel for one product.
   *
   * @param columns columns of the dense operand: rows of the batch, or output positions of a
   *     convolution over the batch
   * @param weights elements of the weight, pruned ones included
   * @param density kept fraction of the weight
   */
  public Decision decide(
      Family family,
      Direction direction,
      Granularity granularity,
      long columns,
      long weights,
      double density) {
    Entry entry = find(family, direction, granularity, columns, weights);
    if (entry == null) {
      entry = find(family, direction, ELEMENT, columns, weights);
    }
    if (entry == null) {
      return NO_RULE;
    }
    boolean sparse = density <= entry.rule.maxDensity() && entry.rule.maxDensity() > 0;
    Decision decision = sparse ? entry.sparse : entry.dense;
    AtomicBoolean logged = sparse ? entry.sparseLogged : entry.denseLogged;
    if (!logged.get() && LOG.isLoggable(Level.DEBUG) && logged.compareAndSet(false, true)) {
      LOG.log(
          Level.DEBUG,
          "{0}; first for {1} columns, {2} weights, density {3}",
          decision.reason(),
          columns,
          weights,
          density);
    }
    return decision;
  }

  private Entry find(
      Family family, Direction direction, Granularity granularity, long columns, long weights) {
    for (Entry entry : entries) {
      if (entry.rule.fits(family, direction, granularity, columns, weights)) {
        return entry;
      }
    }
    return null;
  }

  /** The table as {@link #parse} reads it, in a canonical order. */
  public String text() {
    return CrossoverText.format(rules);
  }

  /** SHA-256 of {@link #text} in hexadecimal; comments of the file it came from do not enter. */
  public String digest() {
    return Digest.sha256(text().getBytes(StandardCharsets.UTF_8));
  }
}
