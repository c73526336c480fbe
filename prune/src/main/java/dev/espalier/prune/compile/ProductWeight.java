package dev.espalier.prune.compile;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A weight in the formats that some batch size asks for: dense, CSR, or both. */
final class ProductWeight {
  /**
   * Numbers of columns at which the choice is asked for at compile time; between them it follows
   * the nearest.
   */
  private static final long[] COLUMNS = {
    1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 65_536, 1L << 20
  };

  private final Crossover.Family family;
  private final FormatChoice choice;
  private final long elements;
  private final double density;
  private final Optional<Weight.Dense> dense;
  private final Optional<Weight.Sparse> sparse;

  /**
   * @param weight dense values with exact zeros where pruned; taken over
   * @param spec the convolution's, or null for a linear layer
   */
  ProductWeight(Tensor weight, ConvSpec spec, FormatChoice choice) {
    this.choice = choice;
    this.elements = weight.size();
    this.family = family(weight, spec);
    SparseTensor csr = SparseTensor.fromDense(weight);
    this.density = csr.density();
    boolean needsSparse = false;
    boolean needsDense = false;
    for (long columns : COLUMNS) {
      boolean wantsSparse = choice.sparse(family, columns, elements, density);
      needsSparse |= wantsSparse;
      needsDense |= !wantsSparse;
    }
    this.sparse = needsSparse ? Optional.of(new Weight.Sparse(csr)) : Optional.empty();
    this.dense = needsDense ? Optional.of(new Weight.Dense(weight)) : Optional.empty();
  }

  private static Crossover.Family family(Tensor weight, ConvSpec spec) {
    if (spec == null) {
      return Crossover.Family.LINEAR;
    }
    return weight.dim(2) == 1 && weight.dim(3) == 1
        ? Crossover.Family.POINTWISE
        : Crossover.Family.CONVOLUTION;
  }

  Weight at(long columns) {
    boolean wantsSparse = choice.sparse(family, columns, elements, density);
    return sparse.isPresent() && (wantsSparse || dense.isEmpty())
        ? sparse.get()
        : dense.orElseThrow();
  }

  List<Tensor> constants() {
    List<Tensor> owned = new ArrayList<>();
    dense.ifPresent(weight -> owned.add(weight.tensor()));
    sparse.ifPresent(weight -> owned.add(weight.tensor().values()));
    return owned;
  }

  /** The formats held, with the density. */
  @Override
  public String toString() {
    String formats =
        sparse.isPresent() ? dense.isPresent() ? "csr or dense by batch size" : "csr" : "dense";
    return "%s, density %.3f".formatted(formats, density);
  }
}
