package dev.espalier.prune;

import dev.espalier.nn.Names;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

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
   * An aggregation by its label.
   *
   * @throws IllegalArgumentException with the nearest known one
   */
  public static Aggregation get(String label) {
    return Arrays.stream(values())
        .filter(how -> how.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                Names.unknown(
                    "aggregation",
                    label,
                    Arrays.stream(values()).map(Aggregation::label).toList()));
  }

  /**
   * Starts to collect the scores of {@code count} groups, whose elements may lie in many weights.
   */
  public Collector over(int count) {
    return new Collector(this, count);
  }

  /** Puts groups together over several tensors, in float64 and in the order of the elements. */
  public static final class Collector {
    private final Aggregation how;
    private final double[] totals;
    private final long[] counts;

    private Collector(Aggregation how, int count) {
      this.how = how;
      this.totals = new double[count];
      this.counts = new long[count];
    }

    /**
     * Adds the elements of one tensor.
     *
     * @param scores of any shape
     * @param groupOf from an element's row-major index to its group, or to -1 for none
     */
    public Collector add(Tensor scores, IntUnaryOperator groupOf) {
      double[] elements = scores.toDoubleArray();
      for (int i = 0; i < elements.length; i++) {
        int group = groupOf.applyAsInt(i);
        if (group >= 0) {
          add(group, elements[i]);
        }
      }
      return this;
    }

    private void add(int group, double score) {
      boolean first = counts[group]++ == 0;
      totals[group] =
          switch (how) {
            case SUM, MEAN -> totals[group] + score;
            case L2 -> totals[group] + score * score;
            case MAX -> first ? score : Math.max(totals[group], score);
          };
    }

    /** Adds elements: scores [count, …], all of a row belonging to one group. */
    public Collector add(Tensor scores) {
      if (scores.rank() == 0 || scores.dim(0) != totals.length) {
        throw new IllegalArgumentException(
            "%s over %d groups: the scores need one row per group but have shape %s"
                .formatted(how.label(), totals.length, scores.shape()));
      }
      int width = (int) (scores.size() / Math.max(1, totals.length));
      return add(scores, i -> i / width);
    }

    /** The scores of the groups, [count]; zero where nothing was added. */
    public Tensor result() {
      double[] scores = new double[totals.length];
      for (int g = 0; g < scores.length; g++) {
        scores[g] =
            switch (how) {
              case SUM, MAX -> totals[g];
              case MEAN -> counts[g] == 0 ? 0 : totals[g] / counts[g];
              case L2 -> Math.sqrt(totals[g]);
            };
      }
      return Tensor.of(Shape.of(scores.length), scores);
    }
  }
}
