package dev.espalier.tensor.ops;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Entries;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.sparse.Weight;

/**
 * The form in which a weight enters one product: dense storage, or the positions and values of a
 * sparse matrix.
 */
final class WeightForm {
  private WeightForm() {}

  /** By which masked weights on a device run sparse or dense. */
  static Crossover tableOf(Device device) {
    return Backends.of(device).crossover();
  }

  /**
   * The positions to run sparse, or null where the dense kernel runs: for a dense weight, or as the
   * table says for a masked one.
   */
  static SparsePattern pattern(
      Weight w, Crossover crossover, Family family, Direction direction, long columns) {
    return switch (w) {
      case Weight.Dense _ -> null;
      case Weight.Sparse(var tensor) -> tensor.pattern();
      case Weight.Masked(var tensor, var mask) -> {
        var decision =
            crossover.decide(
                family, direction, mask.granularity(), columns, tensor.size(), mask.density());
        yield switch (decision.kernel()) {
          case DENSE -> null;
          case CSR -> mask.csr();
          case BSR -> blocks(mask);
          case NM -> mask.nm((Granularity.NOfM) mask.granularity());
        };
      }
    };
  }

  private static SparsePattern blocks(Mask mask) {
    return switch (mask.granularity()) {
      case Granularity.RowVector(int n) -> mask.bsr(1, n);
      case Granularity.ColumnVector(int n) -> mask.bsr(n, 1);
      case Granularity.Block(int height, int width) -> mask.bsr(height, width);
      default ->
          throw new IllegalStateException(
              "crossover: bsr does not serve granularity " + mask.granularity().name());
    };
  }

  /** Dense storage of a weight that is not sparse. */
  static Tensor storage(Weight w) {
    return switch (w) {
      case Weight.Dense(var tensor) -> tensor;
      case Weight.Masked(var tensor, var _) -> tensor;
      case Weight.Sparse sparse ->
          throw new IllegalStateException(
              "sparse weight " + sparse.shape() + " has no dense storage");
    };
  }

  /** A tensor of the weight's element type and device, for checks. */
  static Tensor elements(Weight w) {
    return w instanceof Weight.Sparse(var tensor) ? tensor.values() : storage(w);
  }

  /** The weight's values at a pattern's positions. */
  static Tensor values(Weight w, SparsePattern pattern) {
    return w instanceof Weight.Sparse(var tensor)
        ? tensor.values()
        : Entries.gather(storage(w), pattern.flatPositions(), pattern.valuesShape());
  }

  /** The weight's values at the positions of the transposed pattern. */
  static Tensor transposedValues(Weight w, SparsePattern pattern) {
    Shape shape = pattern.transpose().valuesShape();
    return w instanceof Weight.Sparse(var tensor)
        ? Entries.gather(tensor.values(), pattern.transposePermutation(), shape)
        : Entries.gather(storage(w), pattern.transposedFlatPositions(), shape);
  }

  /**
   * The weight's gradient out of its values at the pattern: dense storage with zeros, or for a
   * sparse weight the values.
   */
  static Tensor gradient(Weight w, SparsePattern pattern, Tensor sampled) {
    if (w instanceof Weight.Sparse) {
      return sampled;
    }
    Tensor gradient = Entries.scatter(sampled, pattern.flatPositions(), w.shape());
    boolean padded = w instanceof Weight.Masked(var _, var mask) && pattern.nnz() > mask.kept();
    return padded ? masked(w, gradient, false) : gradient;
  }

  /** Zeros at the pruned positions of a dense gradient, unless all of it is wanted. */
  static Tensor masked(Weight w, Tensor gradient, boolean denseGradient) {
    return w instanceof Weight.Masked(var _, var mask) && !denseGradient
        ? mask.applyInPlace(gradient)
        : gradient;
  }

  static void refuseDenseGradient(String operation, Weight w, boolean denseGradient) {
    if (denseGradient && w instanceof Weight.Sparse) {
      throw Check.refuse(
          operation,
          "a sparse weight (shape %s) has no dense gradient, since nothing is stored where it would go; use a masked weight"
              .formatted(w.shape()));
    }
  }
}
