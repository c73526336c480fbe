package dev.espalier.prune.score;

import dev.espalier.tensor.Generator;
import dev.espalier.tensor.sparse.Mask;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Random scores whose largest share S, for any S, is the draw of Y. Sun et al. (2016).
 *
 * <p>Of each neuron the K⁺ positively correlated connections are sorted by r and halved; {@code λ S
 * K⁺} are drawn at random from the stronger half and {@code (1 - λ) S K⁺} from the weaker, and
 * likewise of the negative ones by {@code |r|}. So the j-th of a random order of the stronger half
 * enters at {@code S = j / (λ K⁺)}, of the weaker at {@code j / ((1 - λ) K⁺)}, and the score is the
 * negative of that. Beyond {@code S = 1 / (2 λ)}, where the stronger half is used up, the weaker
 * fills the rest. Connections without correlation come last.
 */
record StochasticRanks(double lambda, Generator generator) {
  private static final double LAST = 1e6;

  /**
   * The scores.
   *
   * @param r correlations [rows, …]
   * @param mask connections that still live, or null
   */
  double[] of(double[] r, int rows, Mask mask) {
    double[] scores = new double[r.length];
    int width = rows == 0 ? 0 : r.length / rows;
    for (int row = 0; row < rows; row++) {
      int first = row * width;
      draw(scores, sorted(r, first, width, mask, 1));
      draw(scores, sorted(r, first, width, mask, -1));
      int[] order = generator.permutation(width);
      for (int k = 0; k < width; k++) {
        if (r[first + k] == 0) {
          scores[first + k] = -LAST - order[k];
        }
      }
    }
    return scores;
  }

  private static List<Integer> sorted(double[] r, int first, int width, Mask mask, int sign) {
    return IntStream.range(first, first + width)
        .filter(i -> sign * r[i] > 0 && (mask == null || mask.get(i)))
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -sign * r[i]))
        .toList();
  }

  private void draw(double[] scores, List<Integer> byStrength) {
    int count = byStrength.size();
    int stronger = Math.ceilDiv(count, 2);
    int[] upper = generator.permutation(stronger);
    for (int j = 0; j < stronger; j++) {
      scores[byStrength.get(upper[j])] = -(j + 1) / (lambda * count);
    }
    int[] lower = generator.permutation(count - stronger);
    for (int j = 0; j < count - stronger; j++) {
      scores[byStrength.get(stronger + lower[j])] = -(j + 1) / ((1 - lambda) * count);
    }
  }
}
