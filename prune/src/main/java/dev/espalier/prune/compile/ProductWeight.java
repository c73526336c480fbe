package dev.espalier.prune.compile;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Decision;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A weight in the formats that some batch size asks for: dense, CSR, BSR, or several of them. */
final class ProductWeight {
  /**
   * Numbers of columns at which the choice is asked for at compile time; between them it follows
   * the nearest.
   */
  private static final long[] COLUMNS = {
    1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 65_536, 1L << 20
  };

  /** Zeros stored beyond the pruned ones before blocks count as broken up. */
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
    BsrPattern blocks = blocks(kept);
    boolean asPruned = blocks != null || kept.conformsTo(granularity);
    double stored = blocks == null ? kept.density() : blocks.density();
    var weight =
        new ProductWeight(shape, family, asPruned ? granularity : ELEMENT, stored, formats);
    for (long columns : COLUMNS) {
      Decision decision = weight.decide(columns);
      weight.forms.computeIfAbsent(decision.kernel(), kernel -> form(kernel, values, kept, blocks));
      if (weight.reasons.isEmpty() || !weight.reasons.getLast().endsWith(decision.reason())) {
        weight.reasons.add("from %d columns %s".formatted(columns, decision.reason()));
      }
    }
    return weight;
  }

  /** The blocks of the granularity that hold what is kept, or null where they do not fit. */
  private BsrPattern blocks(Mask kept) {
    int[] block =
        switch (granularity) {
          case Granularity.RowVector(int n) -> new int[] {1, n};
          case Granularity.ColumnVector(int n) -> new int[] {n, 1};
          case Granularity.Block(int height, int width) -> new int[] {height, width};
          default -> null;
        };
    if (block == null || granularity.refusal(shape).isPresent()) {
      return null;
    }
    BsrPattern blocks = kept.bsr(block[0], block[1]);
    return blocks.nnz() <= MOST_FILL * kept.kept() ? blocks : null;
  }

  private static Weight form(Kernel kernel, Tensor values, Mask kept, BsrPattern blocks) {
    return switch (kernel) {
      case DENSE -> new Weight.Dense(values);
      case CSR -> new Weight.Sparse(SparseTensor.fromDense(values, kept));
      case BSR -> {
        try (var csr = SparseTensor.fromDense(values, kept)) {
          yield new Weight.Sparse(csr.toBsr(blocks.blockHeight(), blocks.blockWidth()));
        }
      }
    };
  }

  private Decision decide(long columns) {
    var product = new FormatChoice.Product(family, granularity, columns, shape.size(), density);
    Decision decision = choice.choose(product);
    if (decision.kernel() == Kernel.BSR && !product.isBlocked()) {
      throw new IllegalArgumentException(
          "format choice: bsr needs a weight pruned in blocks or vectors, but that of shape %s is pruned by %s; choose csr"
              .formatted(shape, granularity.name()));
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
      case BSR -> "bsr " + granularity.name();
    };
  }

  /** The formats held, with the density. */
  @Override
  public String toString() {
    return "%s, density %.3f".formatted(formats(), density);
  }
}
