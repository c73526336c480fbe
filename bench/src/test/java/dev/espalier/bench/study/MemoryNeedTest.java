package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.Methods;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {
  /** 15 and 8 parameters, 3 and 2 values for each example. */
  private final ModelSummary summary =
      ModelSummary.of(
          new Sequential(new Linear(4, 3, new Generator(1)), new Linear(3, 2, new Generator(2))),
          Shape.of(4));

  @Test
  void theLargestOfTrainingScoringAndEvaluationCounts() {
    assertThat(MemoryNeed.of(summary, 10, 1, 1, 1)).isEqualTo(4 * (10 * 23 + 4 * 10 * 5));
    assertThat(MemoryNeed.of(summary, 1, 10, 1, 1)).isEqualTo(4 * (10 * 23 + 4 * 10 * 5));
    assertThat(MemoryNeed.of(summary, 1, 1, 1, 10)).isEqualTo(4 * (10 * 23 + 2 * 10 * 5));
  }

  @Test
  void secondDerivativesKeepTwiceAsMuch() {
    assertThat(MemoryNeed.of(summary, 10, 10, 2, 1)).isEqualTo(4 * (10 * 23 + 4 * 20 * 5));
    assertThat(Methods.get("grasp").scorer().derivatives()).isEqualTo(2);
    assertThat(Methods.get("snip").scorer().derivatives()).isEqualTo(1);
  }
}
