package dev.espalier.prune.compile;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Decision;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A weight in the formats that some batch size asks for: dense, CSR, BSR, N:M, or several of them.
 */
final class ProductWeight {
  /**
   * Numbers of columns at which the choice is asked for at compile time; between them it follows
   * the nearest.
   */
  private static final long[] COLUMNS = {
    1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 65_536, 1L << 20
  };

  /** What a format may store beyond what is kept before its groups count as broken up. */
  private static final double MOST_FILL = 1.1;

  private static final Granularity ELEMENT = new Granularity.Element();

  private record Chosen(long columns, Weight weight) {}

  private final Shape shape;
  private final Crossover.Family family;
  private final Granularity granularity;
  private final double density;
  private final FormatChoice choice;
  private final Map<Kernel, Weight> forms = new EnumMap<>(Kernel.class);
  private final List<String> reasons = new ArrayList<>();
  private volatile Chosen last = new Chosen(-1, null);

  private ProductWeight(
      Shape shape,
      Crossover.Family family,
      Granularity granularity,
      double density,
      FormatChoice choice) {
    this.shape = shape;
    this.family = family;
    this.granularity = granularity;
    this.density = density;
    this.choice = choice;
  }

  /**
   * A weight that stays dense until a choice is made.
   *
   * @param values with exact zeros where pruned; taken over
   * @param granularity what the zeros come in, as far as is known
   * @param spec the convolution's, or null for a linear layer
   */
  static ProductWeight undecided(Tensor values, Granularity granularity, ConvSpec spec) {
    var family = family(values.shape(), spec);
    var kept = spec == null || spec.groups() == 1 ? granularity : ELEMENT;
    var weight = new ProductWeight(values.shape(), family, kept, Double.NaN, FormatChoice.dense());
    weight.forms.put(Kernel.DENSE, new Weight.Dense(values));
    return weight;
  }

  /** The same weight in the formats that a choice asks for at some number of columns. */
  ProductWeight decided(FormatChoice formats) {
    Tensor values = values();
    Mask kept = Mask.nonZeros(values);
    SparsePattern grouped = grouped(kept);
    boolean asPruned =
        grouped != null
            || Kernel.nativeTo(granularity) == Kernel.CSR && kept.conformsTo(granularity);
    double stored = grouped == null ? kept.density() : grouped.density();
    var weight =
        new ProductWeight(shape, family, asPruned ? granularity : ELEMENT, stored, formats);
    for (long columns : COLUMNS) {
      Decision decision = weight.decide(columns);
      weight.forms.computeIfAbsent(decision.kernel(), kernel -> weight.form(kernel, values, kept));
      if (weight.reasons.isEmpty() || !weight.reasons.getLast().endsWith(decision.reason())) {
        weight.reasons.add("from %d columns %s".formatted(columns, decision.reason()));
      }
    }
    return weight;
  }

  /** What is kept as blocks or N:M of the granularity, or null where they do not fit. */
  private SparsePattern grouped(Mask kept) {
    if (granularity.refusal(shape).isPresent()) {
      return null;
    }
    SparsePattern grouped =
        switch (granularity) {
          case Granularity.RowVector(int n) -> kept.bsr(1, n);
          case Granularity.ColumnVector(int n) -> kept.bsr(n, 1);
          case Granularity.Block(int height, int width) -> kept.bsr(height, width);
          case Granularity.NOfM structure when NmPattern.refusal(kept.csr(), structure).isEmpty() ->
              kept.nm(structure);
          default -> null;
        };
    return grouped != null && grouped.nnz() <= MOST_FILL * kept.kept() ? grouped : null;
  }

  private Weight form(Kernel kernel, Tensor values, Mask kept) {
    if (kernel == Kernel.DENSE) {
      return new Weight.Dense(values);
    }
    SparseTensor csr = SparseTensor.fromDense(values, kept);
    return new Weight.Sparse(
        switch (kernel) {
          case BSR, NM -> {
            try (csr) {
              yield grouped(csr);
            }
          }
          default -> csr;
        });
  }

  private SparseTensor grouped(SparseTensor csr) {
    return switch (granularity) {
      case Granularity.RowVector(int n) -> csr.toBsr(1, n);
      case Granularity.ColumnVector(int n) -> csr.toBsr(n, 1);
      case Granularity.Block(int height, int width) -> csr.toBsr(height, width);
      case Granularity.NOfM structure -> csr.toNm(structure);
      default -> throw new IllegalStateException("no format of its own: " + granularity.name());
    };
  }

  private Decision decide(long columns) {
    var product = new FormatChoice.Product(family, granularity, columns, shape.size(), density);
    Decision decision = choice.choose(product);
    Kernel kernel = decision.kernel();
    boolean fits =
        switch (kernel) {
          case DENSE, CSR -> true;
          case BSR, NM -> kernel == Kernel.nativeTo(granularity);
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "format choice: %s needs a weight pruned in %s, but that of shape %s is pruned by %s; choose csr"
              .formatted(
                  kernel.label(),
                  kernel == Kernel.BSR ? "blocks or vectors" : "n:m",
                  shape,
                  granularity.name()));
    }
    return decision;
  }

  private static Crossover.Family family(Shape weight, ConvSpec spec) {
    if (spec == null) {
      return Crossover.Family.LINEAR;
    }
    return weight.dim(2) == 1 && weight.dim(3) == 1
        ? Crossover.Family.POINTWISE
        : Crossover.Family.CONVOLUTION;
  }

  Weight at(long columns) {
    Chosen known = last;
    if (known.columns != columns) {
      Weight wanted = forms.get(decide(columns).kernel());
      known = new Chosen(columns, wanted == null ? forms.values().iterator().next() : wanted);
      last = known;
    }
    return known.weight;
  }

  Shape shape() {
    return shape;
  }

  Crossover.Family family() {
    return family;
  }

  Granularity granularity() {
    return granularity;
  }

  double density() {
    return density;
  }

  /** The dense values of an undecided weight. */
  Tensor values() {
    return ((Weight.Dense) forms.get(Kernel.DENSE)).tensor();
  }

  List<Tensor> constants() {
    List<Tensor> owned = new ArrayList<>();
    for (Weight weight : forms.values()) {
      switch (weight) {
        case Weight.Dense(Tensor tensor) -> owned.add(tensor);
        case Weight.Sparse(SparseTensor tensor) -> owned.add(tensor.values());
        case Weight.Masked(Tensor tensor, _) -> owned.add(tensor);
      }
    }
    return owned;
  }

  /** Which format runs from how many columns on, and why. */
  List<String> reasons() {
    return List.copyOf(reasons);
  }

  /** The formats held. */
  String formats() {
    List<String> names =
        forms.keySet().stream()
            .sorted((a, b) -> Boolean.compare(a == Kernel.DENSE, b == Kernel.DENSE))
            .map(this::format)
            .toList();
    return names.stream().collect(Collectors.joining(" or "))
        + (names.size() > 1 ? " by batch size" : "");
  }

  private String format(Kernel kernel) {
    return switch (kernel) {
      case DENSE -> "dense";
      case CSR -> "csr";
      case BSR, NM -> kernel.label() + " " + granularity.name();
    };
  }

  /** The formats held, with the density. */
  @Override
  public String toString() {
    return "%s, density %.3f".formatted(formats(), density);
  }
}
