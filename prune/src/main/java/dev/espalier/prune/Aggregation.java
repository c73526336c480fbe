package dev.espalier.prune;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import java.util.Locale;

/**
 * How the scores of the elements of a group become the score of the group.
 *
 * <p>With the magnitude as score, {@link #SUM} is the L1 and {@link #L2} the Euclidean norm of a
 * filter (H. Li et al., Pruning Filters for Efficient ConvNets, 2016, finds no noticeable
 * difference); {@link #MEAN} makes groups of different sizes comparable in a global ranking.
 */
public enum Aggregation {
  /** {@code Σ s}. */
  SUM,
  /** {@code Σ s / n}. */
  MEAN,
  /** {@code max s}. */
  MAX,
  /** {@code (Σ s²)^(1/2)}. */
  L2;

  /** Name for the registry and the results. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Starts to collect the scores of {@code count} groups, whose elements may lie in many weights.
   */
  public Collector over(int count) {
    return new Collector(this, count);
  }

  /** Adds up groups over several tensors, in float64. */
  public static final class Collector {
    private final Aggregation how;
    private final int count;
    private final Tensor total;
    private long elements;

    private Collector(Aggregation how, int count) {
      this.how = how;
      this.count = count;
      this.total =
          how == MAX
              ? Tensor.full(DType.FLOAT64, Shape.of(count), Double.NEGATIVE_INFINITY)
              : Tensor.zeros(DType.FLOAT64, Shape.of(count));
    }

    /** Adds elements: scores [count, …], all of a row belonging to one group. */
    public Collector add(Tensor scores) {
      if (scores.rank() == 0 || scores.dim(0) != count) {
        throw new IllegalArgumentException(
            "%s over %d groups: the scores need one row per group but have shape %s"
                .formatted(how.label(), count, scores.shape()));
      }
      int width = (int) (count == 0 ? 0 : scores.size() / count);
      if (width == 0) {
        return this;
      }
      Tensor rows = scores.contiguous().reshape(count, width);
      switch (how) {
        case SUM, MEAN -> Elementwise.addInPlace(total, wide(Reduce.sum(rows, false, 1)));
        case L2 -> Elementwise.addInPlace(total, wide(Reduce.sumSquares(rows, false, 1)));
        case MAX -> total.copyFrom(Elementwise.max(total, wide(Reduce.max(rows, false, 1))));
      }
      elements += width;
      return this;
    }

    /**
     * Adds the elements along one axis of a weight: group g takes the indices {@code offset + g
     * repeat … offset + (g+1) repeat - 1} there.
     */
    public Collector addAlong(Tensor scores, int axis, int offset, int repeat) {
      Tensor part = scores.narrow(axis, offset, count * repeat);
      int[] order = new int[part.rank()];
      order[0] = axis;
      for (int i = 1, from = 0; i < order.length; from++) {
        if (from != axis) {
          order[i++] = from;
        }
      }
      Tensor first = part.permute(order).contiguous();
      int rest = Math.toIntExact(count == 0 ? 0 : first.size() / count);
      return add(first.reshape(count, rest));
    }

    private static Tensor wide(Tensor values) {
      return values.to(DType.FLOAT64);
    }

    /** The scores of the groups, [count]; zero where nothing was added. */
    public Tensor result() {
      if (elements == 0) {
        return Tensor.zeros(DType.FLOAT64, Shape.of(count));
      }
      return switch (how) {
        case SUM, MAX -> total;
        case MEAN -> Elementwise.mulScalar(total, 1.0 / elements);
        case L2 -> Elementwise.sqrt(total);
      };
    }
  }
}
