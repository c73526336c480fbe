package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.prune.schedule.TwoSlope;
import dev.espalier.prune.schedule.TwoSlopeThreshold;
import dev.espalier.prune.score.Grasp;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.Movement;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.NmStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.prune.tune.Rewind;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ThresholdPruning, TwoSlope and what belongs to them in MethodRun. */
final class ThresholdPruningTest {
  private final Toy toy = new Toy();

  private static Method method(RankingScope scope, Schedule schedule) {
    return new Method(
        "test",
        "",
        new ElementStructure(),
        new Magnitude(),
        scope,
        schedule,
        new Continue(),
        Floors.NONE);
  }

  /** Limits 0.1, 0.2, ... at steps 10, 20, ... up to step 40. */
  private static Schedule.Threshold.Limit rising() {
    return new Schedule.Threshold.Limit() {
      @Override
      public boolean due(long step) {
        return step % 10 == 0 && step <= 40;
      }

      @Override
      public double epsilon(long step) {
        return Math.min(step / 10, 4) / 10.0;
      }
    };
  }

  @Test
  void whatLiesBelowTheLimitOfItsLayerGoesAndStaysAway() {
    Linear first = Nets.linear(2, 2, 0.05f, -0.15f, 0.25f, -0.5f);
    Linear second = Nets.linear(2, 2, 0.05f, 0.3f, 2, 3);
    Module module = new Sequential(first, second);
    var pruner =
        new Pruner(
            module,
            method(LOCAL, new TwoSlope()),
            Tensor.of(Shape.of(1, 2), 1f, 1f),
            new Generator(1));
    var pruning = new ThresholdPruning(pruner, List.of(rising(), rising()));
    pruning.afterStep(9);
    assertThat(first.weight().mask()).isNull();
    pruning.afterStep(10);
    assertThat(first.weight().tensor().toDoubleArray()[0]).isZero();
    assertThat(first.weight().kept()).isEqualTo(3);
    assertThat(second.weight().kept()).isEqualTo(3);
    pruning.afterStep(25);
    assertThat(first.weight().kept()).isEqualTo(3);
    pruning.afterStep(30);
    assertThat(first.weight().kept()).isEqualTo(1);
    assertThat(second.weight().kept()).isEqualTo(3);
    pruning.afterStep(40);
    assertThat(first.weight().kept()).isEqualTo(1);
    assertThat(second.weight().kept()).isEqualTo(2);
  }

  /** Half of four weights: the second largest. */
  @Test
  void theScaleIsTheSmallestScoreThatStays() {
    Linear first = Nets.linear(2, 2, 1, -2, 3, -4);
    Linear second = Nets.linear(2, 2, 10, 20, 30, 40);
    Tensor x = Tensor.of(Shape.of(1, 2), 1f, 1f);
    Module module = new Sequential(first, second);
    var local = new Pruner(module, method(LOCAL, new TwoSlope()), x, new Generator(1));
    assertThat(local.smallestKept(0.5)).containsExactly(3, 30);
    assertThat(local.smallestKept(1)).containsOnly(Double.NEGATIVE_INFINITY);
    var global = new Pruner(module, method(GLOBAL, new TwoSlope()), x, new Generator(1));
    // the four of the second are the larger ones, but the first keeps its best
    assertThat(global.smallestKept(0.5)).containsExactly(4, Double.NEGATIVE_INFINITY);
    global.protecting(List.of("0"));
    assertThat(global.smallestKept(0.5)).containsExactly(30);
  }

  @Test
  void slopesFollowFromStepsAndEpoch() {
    assertThat(new TwoSlope().limit(0.3, 20_000, 1000))
        .isEqualTo(TwoSlopeThreshold.reaching(0.3, 1000, 5000, 10_000, 100));
    // no more than ten changes would come of 100 steps each
    assertThat(new TwoSlope().limit(0.3, 200, 10))
        .isEqualTo(TwoSlopeThreshold.reaching(0.3, 10, 50, 100, 9));
    assertThat(new TwoSlope().limit(0.3, 2, 1).epsilon(2)).isPositive();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TwoSlope(0.5, 0.5, 1))
        .withMessageContaining("ramp < end");
  }

  @Test
  void theCurveFallsToTheDensityAskedFor() {
    List<Schedule.Point> curve = new TwoSlope().curve(20_000, 3, 0.1);
    assertThat(curve.getFirst()).isEqualTo(new Schedule.Point(0, 1));
    assertThat(curve.get(1).at()).isEqualTo(1000);
    assertThat(curve.getLast().at()).isEqualTo(10_000);
    assertThat(curve.getLast().density()).isCloseTo(0.1, within(0.001));
    for (int i = 1; i < curve.size(); i++) {
      assertThat(curve.get(i).density()).isLessThan(curve.get(i - 1).density());
    }
  }

  static Stream<RankingScope> scopes() {
    return Stream.of(LOCAL, GLOBAL);
  }

  @ParameterizedTest
  @MethodSource("scopes")
  void trainingEndsNearTheDensityAskedFor(RankingScope scope) {
    List<Long> kept = new ArrayList<>();
    var method = method(scope, new TwoSlope(0.25, 0.5, 2));
    Module module = Toy.network();
    var generator = new Generator(5);
    var pruner = new Pruner(module, method, Toy.example(), generator);
    new MethodRun(method, module, pruner, toy, toy, Toy.INPUT, generator)
        .withListener(
            new TrainingListener() {
              @Override
              public void afterStep(Trainer trainer, StepEvent event) {
                kept.add(
                    PrunableWeight.of(module).stream().mapToLong(w -> w.parameter().kept()).sum());
              }
            })
        .run(new Goal.Density(0.3));
    double all = 64 * 24 + 24 * 16 + 16 * 4;
    assertThat(kept).hasSize(72).isSortedAccordingTo((a, b) -> Long.compare(b, a));
    assertThat(kept.get(4)).isEqualTo((long) all); // before the end of the first epoch
    assertThat(kept.get(35)).isEqualTo(kept.getLast()); // half of the steps
    assertThat(kept.getLast() / all).isBetween(0.2, 0.45);
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
  }

  @Test
  void whatHasNoLimitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Method(
                    "test",
                    "",
                    new NmStructure(new Granularity.NOfM(2, 4)),
                    new Magnitude(),
                    LOCAL,
                    new TwoSlope(),
                    new Continue(),
                    Floors.NONE))
        .withMessageContainingAll("'two-slope'", "'nm-2:4' keeps a fixed share");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> method(LOCAL, new TwoSlope()).withScorer(new Movement()))
        .withMessageContainingAll("'two-slope'", "'movement'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> method(LOCAL, new TwoSlope()).withFineTune(new Rewind()))
        .withMessageContainingAll("'two-slope'", "inside training");
    Module module = new Sequential(Nets.linear(2, 2, 1, -2, 3, -4));
    Method byGrasp = method(LOCAL, new TwoSlope()).withScorer(new Grasp());
    var pruner = new Pruner(module, byGrasp, Tensor.of(Shape.of(1, 2), 1f, 1f), new Generator(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ThresholdPruning.of(pruner, new TwoSlope(), new double[] {-0.5}, 100, 10))
        .withMessageContainingAll("rise from zero", "'grasp'", "'0.weight' from -0.5");
  }
}
