package dev.espalier.prune;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses which groups live, from scores, a density and a scope: the keep-k rule, ties to the
 * lowest index.
 */
final class Selection {
  private Selection() {}

  /**
   * One mask of kept groups per set.
   *
   * @param scores [count] per set
   * @param densities the share of groups to keep of each set
   * @param least how many groups of each set stay in any case
   */
  static List<Mask> local(List<Tensor> scores, double[] densities, int... least) {
    List<Mask> kept = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      Tensor score = scores.get(i);
      kept.add(Mask.keepLargest(score, keepCount(score.size(), densities[i], least[i])));
    }
    return kept;
  }

  /**
   * One ranking over all sets at one density; the best groups of a set survive even if they rank
   * too low.
   *
   * @param least how many groups of each set stay in any case
   */
  static List<Mask> global(List<Tensor> scores, double density, int... least) {
    long all = scores.stream().mapToLong(Tensor::size).sum();
    int fewest = Arrays.stream(least).max().orElse(0);
    List<Mask> kept = new ArrayList<>(Mask.keepLargest(scores, keepCount(all, density, fewest)));
    for (int i = 0; i < kept.size(); i++) {
      if (kept.get(i).kept() < Math.min(least[i], kept.get(i).size())) {
        kept.set(i, Mask.keepLargest(scores.get(i), least[i]));
      }
    }
    return kept;
  }

  /** The groups whose score reaches a threshold, and the best ones if too few do. */
  static Mask atLeast(Tensor scores, double threshold, int least) {
    double[] values = scores.toDoubleArray();
    Mask reaching = Mask.of(scores.shape(), i -> values[i] >= threshold);
    int wanted = Math.min(least, values.length);
    return reaching.kept() < wanted ? Mask.keepLargest(scores, wanted) : reaching;
  }

  /** {@code round(density n)}, at least {@code least}. */
  static long keepCount(long n, double density, int least) {
    return n == 0 ? 0 : Math.clamp(Math.round(density * n), Math.min(least, n), n);
  }
}
