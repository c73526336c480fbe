package dev.espalier.prune.score;

import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.util.LinkedHashMap;
import java.util.Map;

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
  public Map<String, Tensor> scores(ScoringContext context) {
    Map<String, Tensor> scores = new LinkedHashMap<>();
    context
        .weights()
        .forEach(
            w ->
                scores.put(
                    w.name(),
                    RandomFill.uniform(
                        context.generator(), DType.FLOAT32, w.parameter().shape(), 0, 1)));
    return scores;
  }
}
