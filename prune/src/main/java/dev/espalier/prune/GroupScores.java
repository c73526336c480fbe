package dev.espalier.prune;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** From what a scorer says to checked scores per group. */
final class GroupScores {
  private GroupScores() {}

  /** The scores of each set, [count]; groups pruned already rank behind every other. */
  static List<Tensor> of(Score score, List<GroupSet> sets, Method method, ScoringContext context) {
    Score ranked = masked(score, context.weights());
    List<Tensor> scores = new ArrayList<>();
    for (GroupSet set : sets) {
      Tensor values = set.scores(ranked, method.aggregation());
      check(method.scorer(), set.name(), values);
      scores.add(deadLast(values, set.alive()));
    }
    return scores;
  }

  /** Checks all scores, and takes masked weights out of sums over groups. */
  private static Score masked(Score score, List<PrunableWeight> weights) {
    Map<String, Mask> masks = new HashMap<>();
    weights.forEach(weight -> masks.put(weight.name(), weight.parameter().mask()));
    Map<String, Tensor> ranked = new LinkedHashMap<>();
    score
        .byWeight()
        .forEach(
            (name, values) -> {
              check(score.scorer(), name, values);
              Mask mask = score instanceof Score.Elements ? masks.get(name) : null;
              ranked.put(name, mask == null ? values : mask.apply(values));
            });
    return score.with(ranked);
  }

  private static void check(Scorer scorer, String name, Tensor score) {
    check(scorer.name(), name, score);
  }

  private static void check(String scorer, String name, Tensor score) {
    if (!Double.isFinite(Reduce.sumAbs(score, false).item())) {
      throw new IllegalStateException(
          "scorer '%s': the scores of '%s' contain NaN or infinity; is the model diverged?"
              .formatted(scorer, name));
    }
  }

  private static Tensor deadLast(Tensor scores, Mask alive) {
    return alive.kept() == alive.size()
        ? scores
        : Elementwise.select(
            alive.toTensor(DType.BOOL),
            scores,
            Tensor.full(scores.dtype(), scores.shape(), Double.NEGATIVE_INFINITY));
  }
}
