package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.NmStructure;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AggregationTest {
  private final Tensor a = Tensor.of(Shape.of(2, 2), 3f, 4f, 1f, -2f);
  private final Tensor b = Tensor.of(Shape.of(2, 1), 12f, 2f);

  @ParameterizedTest
  @CsvSource({"SUM, 19, 1", "MEAN, 6.3333333, 0.3333333", "MAX, 12, 2", "L2, 13, 3"})
  void groupsSpreadOverTwoTensors(Aggregation how, double first, double second) {
    double[] scores = how.over(2).add(a).add(b).result().toDoubleArray();
    assertThat(scores).containsExactly(new double[] {first, second}, within(1e-6));
  }

  /** Groups in columns 1 to 4, two each. */
  @Test
  void groupsThatLieAnywhere() {
    Tensor wide = Tensor.of(Shape.of(2, 5), 9f, 1f, 2f, 3f, 4f, 9f, 5f, 6f, 7f, 8f);
    var collector = Aggregation.MEAN.over(2).add(wide, i -> i % 5 == 0 ? -1 : (i % 5 - 1) / 2);
    assertThat(collector.result().toDoubleArray())
        .containsExactly((1 + 2 + 5 + 6) / 4.0, (3 + 4 + 7 + 8) / 4.0);
  }

  @Test
  void nothingAddedIsZeroAndAWrongNumberOfRowsIsRefused() {
    for (Aggregation how : Aggregation.values()) {
      assertThat(how.over(2).result().toDoubleArray()).containsExactly(0, 0);
    }
    assertThatThrownBy(() -> Aggregation.MEAN.over(3).add(a))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("mean over 3 groups", "[2, 2]");
  }

  @Test
  void aMethodsAggregationDecidesWhichFilterGoes() {
    for (Aggregation how : new Aggregation[] {Aggregation.SUM, Aggregation.MAX}) {
      Linear first = Nets.linear(3, 2, 4, 0, 0, 2, 2, 2);
      Module module = new Sequential(first, new ReLU(), Nets.linear(2, 1, 1, 1));
      Method method =
          Nets.method(new FilterStructure(), new Magnitude(), RankingScope.LOCAL)
              .withAggregation(how);
      new Pruner(module, method, Nets.inputs(Shape.of(3), 1), new Generator(7)).pruneToDensity(0.5);
      double[] expected =
          how == Aggregation.SUM
              ? new double[] {0, 0, 0, 2, 2, 2}
              : new double[] {4, 0, 0, 0, 0, 0};
      assertThat(first.weight().tensor().toDoubleArray()).containsExactly(expected);
    }
  }

  @Test
  void tiedWeightsShareOneScoreOfTheirChannels() {
    Module module =
        new Sequential(
            Nets.linear(2, 2, 1, 1, 1, 1),
            new Residual(Nets.linear(2, 2, 1, 1, 1, 1), null),
            Nets.linear(2, 1, 1, 1));
    GroupSet tied = new FilterStructure().groups(module, Nets.inputs(Shape.of(2), 1)).getFirst();
    assertThat(tied.name().split("\\+")).containsExactlyInAnyOrder("0.weight", "1.body.weight");
    Tensor shared = Tensor.of(Shape.of(2), 3.0, 5.0);
    var score = new Score.Channels("test", Map.of("0.weight", shared, "1.body.weight", shared));
    assertThat(tied.scores(score, Aggregation.SUM).toDoubleArray()).containsExactly(3, 5);
  }

  @Test
  void rowsOfOnePatternKnowSumsOnly() {
    Module module = Nets.linear(4, 2, 1, 2, 3, 4, 5, 6, 7, 8);
    Method method =
        Nets.method(
                new NmStructure(new Granularity.NOfM(2, 4, 2)), new Magnitude(), RankingScope.LOCAL)
            .withAggregation(Aggregation.MAX);
    var pruner = new Pruner(module, method, Nets.inputs(Shape.of(4), 1), new Generator(7));
    assertThatThrownBy(() -> pruner.pruneToDensity(0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("nm-2:4", "sum", "'max'");
  }
}
