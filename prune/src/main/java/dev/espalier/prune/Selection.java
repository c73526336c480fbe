package dev.espalier.prune;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
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
   */
  static List<Mask> local(List<Tensor> scores, double[] densities) {
    List<Mask> kept = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      Tensor score = scores.get(i);
      kept.add(Mask.keepLargest(score, keepCount(score.size(), densities[i])));
    }
    return kept;
  }

  /**
   * One ranking over all sets at one density; the best group of a set survives even if it ranks too
   * low.
   */
  static List<Mask> global(List<Tensor> scores, double density) {
    long all = scores.stream().mapToLong(Tensor::size).sum();
    List<Mask> kept = new ArrayList<>(Mask.keepLargest(scores, keepCount(all, density)));
    for (int i = 0; i < kept.size(); i++) {
      if (kept.get(i).kept() == 0 && kept.get(i).size() > 0) {
        kept.set(i, Mask.keepLargest(scores.get(i), 1));
      }
    }
    return kept;
  }

  /** {@code round(density n)}, at least 1. */
  static long keepCount(long n, double density) {
    return n == 0 ? 0 : Math.clamp(Math.round(density * n), 1, n);
  }
}
