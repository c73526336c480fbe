package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.ops.RandomFill;

/**
 * Independent uniform scores: the baseline that every criterion must beat. PyTorch: {@code
 * random_unstructured}, {@code random_structured}.
 */
public record RandomScore() implements Scorer {
  @Override
  public String name() {
    return "random";
  }

  @Override
  public boolean needsData() {
    return false;
  }

  @Override
  public Score scores(ScoringContext context) {
    return ElementScores.of(
        name(),
        context,
        w -> RandomFill.uniform(context.generator(), DType.FLOAT32, w.parameter().shape(), 0, 1));
  }
}
