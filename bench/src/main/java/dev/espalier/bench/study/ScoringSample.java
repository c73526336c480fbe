package dev.espalier.bench.study;

import dev.espalier.nn.loss.Loss;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.ScoringData;
import java.util.List;

/** Batches of training images that stay in memory, for scorers. */
record ScoringSample(Loss loss, List<ScoringContext.Sample> samples) implements ScoringData {
  @Override
  public int batches() {
    return samples.size();
  }

  @Override
  public void forEach(BatchVisitor visitor) {
    samples.forEach(sample -> visitor.visit(sample.inputs(), sample.targets()));
  }
}
