package dev.espalier.prune;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import dev.espalier.tensor.sparse.Mask;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** From what a scorer says to checked scores per group. */
final class GroupScores {
  private GroupScores() {}

  /** The scores of each set, [count]; groups pruned already rank behind every other. */
  static List<Tensor> of(Score score, List<GroupSet> sets, Method method, ScoringContext context) {
    Score ranked = masked(score, context.weights(), Map.of());
    return sets.stream().map(set -> ranked(ranked, set, method)).toList();
  }

  /**
   * The scores of one set, [count], as if some more were masked.
   *
   * @param besides masks beside the present ones
   * @throws IllegalArgumentException if the scorer ranks whole channels, of which masks take
   *     nothing
   */
  static Tensor of(
      Score score,
      GroupSet set,
      Method method,
      ScoringContext context,
      Map<Parameter, Mask> besides) {
    if (score instanceof Score.Channels) {
      throw new IllegalArgumentException(
          "structure '%s' leaves kernels out of sums over weights, but scorer '%s' ranks whole channels; use structure 'filter'"
              .formatted(method.structure().name(), score.scorer()));
    }
    return ranked(masked(score, context.weights(), besides), set, method);
  }

  private static Tensor ranked(Score score, GroupSet set, Method method) {
    Tensor values = set.scores(score, method.aggregation());
    check(method.scorer(), set.name(), values);
    return deadLast(values, set.alive());
  }

  /** Checks all scores, and takes masked weights out of sums over groups. */
  private static Score masked(
      Score score, List<PrunableWeight> weights, Map<Parameter, Mask> besides) {
    Map<String, Mask> masks = new HashMap<>();
    for (PrunableWeight weight : weights) {
      Mask present = weight.parameter().mask();
      Mask more = besides.get(weight.parameter());
      masks.put(weight.name(), present == null ? more : more == null ? present : present.and(more));
    }
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
