package dev.espalier.prune.score;

import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Score;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Scores that come weight by weight. */
final class ElementScores {
  private ElementScores() {}

  /** One tensor per prunable weight. */
  static Score of(String scorer, ScoringContext context, Function<PrunableWeight, Tensor> scoreOf) {
    Map<String, Tensor> scores = new LinkedHashMap<>();
    context.weights().forEach(weight -> scores.put(weight.name(), scoreOf.apply(weight)));
    return new Score.Elements(scorer, scores);
  }
}
