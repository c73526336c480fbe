package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.loss.Distillation;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.prune.schedule.AtInitialisation;
import dev.espalier.prune.schedule.BackToFront;
import dev.espalier.prune.schedule.Constant;
import dev.espalier.prune.schedule.Cosine;
import dev.espalier.prune.schedule.Cubic;
import dev.espalier.prune.schedule.Exponential;
import dev.espalier.prune.schedule.FixedRate;
import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.schedule.Linear;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.schedule.RateTied;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.Movement;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.prune.tune.Control;
import dev.espalier.prune.tune.Distilled;
import dev.espalier.prune.tune.Length;
import dev.espalier.prune.tune.RateRule;
import dev.espalier.prune.tune.Reinitialise;
import dev.espalier.prune.tune.Rewind;
import dev.espalier.prune.tune.SignConstant;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Methods from start to end, on a problem that is learnt in a fraction of a second. */
class MethodRunTest {
  private final Toy toy = new Toy();

  private static Method method(Schedule schedule, FineTune tune) {
    return new Method(
        "test", "", new ElementStructure(), new Magnitude(), LOCAL, schedule, tune, Floors.NONE);
  }

  private static FineTune rewind(double share, Rewind.From from) {
    return new Rewind(share, from, Length.GRANTED, RateRule.AFRESH);
  }

  private static void assertSameBits(Module a, Module b) {
    var expected = b.stateDict();
    a.stateDict()
        .forEach(
            (name, tensor) ->
                assertThat(tensor.toDoubleArray())
                    .as(name)
                    .isEqualTo(expected.get(name).toDoubleArray()));
    for (int i = 0; i < a.parameters().size(); i++) {
      assertThat(a.parameters().get(i).mask()).isEqualTo(b.parameters().get(i).mask());
    }
  }

  private static double density(Module module, String name) {
    Parameter parameter = module.namedParameters().get(name);
    return (double) parameter.kept() / parameter.tensor().size();
  }

  @Test
  void rewindingToTheEndIsFineTuningBitForBit() {
    Module tuned = toy.run(method(new Iterative(3), new Continue()), 0.2);
    assertSameBits(toy.run(method(new Iterative(3), rewind(1, Rewind.From.LATEST)), 0.2), tuned);
    Module once = toy.run(method(new OneShot(), new Continue()), 0.2);
    assertSameBits(toy.run(method(new OneShot(), rewind(1, Rewind.From.DENSE)), 0.2), once);
  }

  @ParameterizedTest
  @EnumSource(Rewind.From.class)
  void rewindingToTheStartIsTheLotteryTicketBitForBit(Rewind.From from) {
    Module ticket = toy.run(method(new Iterative(3), new Rewind()), 0.2);
    assertSameBits(toy.run(method(new Iterative(3), rewind(0, from)), 0.2), ticket);
  }

  /** Neurons of the first layer have 66 parameters and two of a norm, those of the second 25. */
  @ParameterizedTest
  @MethodSource("ofNeurons")
  void aRatioIsMetByTheScoresOfTheLastRound(Scorer scorer, Schedule schedule) {
    var method =
        new Method(
            "test",
            "",
            new FilterStructure(),
            scorer,
            GLOBAL,
            schedule,
            new Continue(),
            Floors.NONE);
    Module module = toy.run(method, new Goal.Ratio(3), _ -> {});
    assertThat((double) Nets.parameters(module) / Nets.kept(module)).isCloseTo(3, within(0.1));
    Module quick = toy.run(method, new Goal.Speedup(3), _ -> {});
    ModelSummary summary = ModelSummary.of(quick, Toy.INPUT);
    assertThat((double) summary.macs() / summary.remainingMacs()).isCloseTo(3, within(0.1));
  }

  private static Stream<Arguments> ofNeurons() {
    return Stream.of(
        arguments(new Magnitude(), new Iterative(3)),
        arguments(new RandomScore(), new OneShot()),
        arguments(new RandomScore(), new Iterative(2)),
        arguments(new RandomScore(), new Linear(0.1, 0.7, 5)),
        arguments(new RandomScore(), new AtInitialisation()));
  }

  @Test
  void theLatestRunIsGoneBackToWhereItWas() {
    var states = new ArrayList<Map<String, Tensor>>();
    FineTune latest = rewind(0.25, Rewind.From.LATEST);
    var watching =
        new TrainingListener() {
          @Override
          public void onStart(Trainer trainer) {
            states.add(Toy.copy(trainer.model()));
          }

          @Override
          public void afterStep(Trainer trainer, StepEvent event) {
            states.add(Toy.copy(trainer.model()));
          }
        };
    toy.run(method(new Iterative(2), latest), 0.5, run -> run.withListener(watching));
    int steps = (int) toy.steps(Toy.FINE_TUNE_EPOCHS);
    assertThat(states).hasSize(2 * (1 + steps));
    double[] reached = states.get(steps / 4).get("6.bias").toDoubleArray();
    assertThat(states.get(1 + steps).get("6.bias").toDoubleArray()).isEqualTo(reached);
  }

  /** Scores drawn at random would differ if the controls drew from the same generator. */
  @Test
  void controlsBesideTheRoundsChangeNoMask() {
    var control = new Control(new Rewind(), new Reinitialise(Length.DENSE), true);
    Module alone = toy.run(random(new Rewind()), 0.2);
    Module beside = toy.run(random(control), 0.2);
    for (int i = 0; i < alone.parameters().size(); i++) {
      assertThat(beside.parameters().get(i).mask()).isEqualTo(alone.parameters().get(i).mask());
    }
  }

  private static Method random(FineTune tune) {
    return new Method(
        "test",
        "",
        new ElementStructure(),
        new RandomScore(),
        LOCAL,
        new Iterative(3),
        tune,
        Floors.NONE);
  }

  @Test
  void rewindingBetweenIsNeither() {
    Module between = toy.run(method(new Iterative(2), rewind(0.25, Rewind.From.DENSE)), 0.2);
    Module latest = toy.run(method(new Iterative(2), rewind(0.25, Rewind.From.LATEST)), 0.2);
    Module ticket = toy.run(method(new Iterative(2), new Rewind()), 0.2);
    double[] values = between.stateDict().get("1.weight").toDoubleArray();
    assertThat(values).isNotEqualTo(ticket.stateDict().get("1.weight").toDoubleArray());
    assertThat(values).isNotEqualTo(latest.stateDict().get("1.weight").toDoubleArray());
    assertThat(toy.accuracy(between)).isGreaterThan(0.8);
    assertThat(toy.accuracy(latest)).isGreaterThan(0.8);
  }

  /** From step 12 of 48, whose rates drop at 34, to the end. */
  @Test
  void aRewoundRateIsTakenUpWhereTheWeightsAre() {
    toy.run(
        method(
            new OneShot(),
            new Rewind(0.25, Rewind.From.DENSE, new Length.Dense(0.75), RateRule.REWOUND)),
        0.2);
    TrainingPhase phase = toy.phases.getFirst();
    assertThat(phase.epochs()).isEqualTo(6);
    var dense = toy.rates(48, false);
    for (long step = 0; step < 36; step++) {
      assertThat(phase.rates().factor(step)).isEqualTo(dense.factor(step + 12));
    }
  }

  /** Movement scores nothing unless its observer hears the training. */
  @Test
  void aScorerThatWatchesTrainingDoes() {
    var method =
        new Method(
            "test",
            "",
            new ElementStructure(),
            new Movement(),
            GLOBAL,
            new Cubic(0.1, 0.7, 5),
            new Continue(),
            Floors.NONE);
    Module module = toy.run(method, 0.25);
    double kept = PrunableWeight.of(module).stream().mapToLong(w -> w.parameter().kept()).sum();
    double all =
        PrunableWeight.of(module).stream().mapToLong(w -> w.parameter().tensor().size()).sum();
    assertThat(kept / all).isCloseTo(0.25, within(0.01));
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
  }

  @Test
  void theLastRateIsTheDenseRunsLast() {
    toy.run(method(new OneShot(), new Continue(RateRule.LAST)), 0.2);
    assertThat(toy.phases.getFirst().rates().factor(0)).isEqualTo(0.1);
    assertThat(toy.phases.getFirst().rates().factor(23)).isEqualTo(0.1);
  }

  static Stream<Schedule> inside() {
    return Stream.of(
        new Linear(0.1, 0.7, 5),
        new Exponential(0.1, 0.7, 5),
        new Cosine(0.1, 0.7, 5),
        new Cubic(0.1, 0.7, 5),
        new RateTied(0.1, 0.95, 5),
        new AtInitialisation(),
        new AtInitialisation(10));
  }

  @ParameterizedTest
  @MethodSource("inside")
  void anyScheduleInsideOrBeforeTrainingEndsAtTheTarget(Schedule schedule) {
    Module module = toy.run(method(schedule, new Continue()), 0.25);
    assertThat(density(module, "1.weight")).isEqualTo(0.25);
    assertThat(density(module, "4.weight")).isEqualTo(0.25);
    assertThat(toy.phases).extracting(TrainingPhase::epochs).containsExactly(12);
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
  }

  @Test
  void theClassifierLosesItsOwnShare() {
    List<Integer> rounds = new ArrayList<>();
    Module module =
        toy.run(
            method(new FixedRate(0.5, 0.25), new Rewind()),
            0.125,
            run -> run.whenPruned(rounds::add));
    assertThat(rounds).containsExactly(1, 2, 3);
    assertThat(density(module, "1.weight")).isEqualTo(0.125);
    assertThat(module.namedParameters().get("6.weight").kept())
        .isEqualTo(Math.round(64 * 0.75 * 0.75 * 0.75));
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
  }

  @Test
  void layersFollowFromBackToFront() {
    List<String> kept = new ArrayList<>();
    Module module = toy.trained();
    var method = method(new BackToFront(), new Continue());
    var generator = new Generator(5);
    var pruner = new Pruner(module, method, Toy.example(), generator);
    new MethodRun(method, module, pruner, toy, toy, Toy.INPUT, generator)
        .whenPruned(
            _ ->
                kept.add(
                    "%.2f %.2f %.2f"
                        .formatted(
                            density(module, "1.weight"),
                            density(module, "4.weight"),
                            density(module, "6.weight"))))
        .run(new Goal.Density(0.25));
    assertThat(kept).containsExactly("1.00 1.00 0.25", "1.00 0.25 0.25", "0.25 0.25 0.25");
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
  }

  @Test
  void scratchETrainsAsLongAsTheDenseNetworkDid() {
    Module module = toy.run(method(new OneShot(), new Reinitialise(Length.DENSE)), 0.25);
    assertThat(toy.phases).extracting(TrainingPhase::epochs).containsExactly(8);
    assertThat(density(module, "1.weight")).isEqualTo(0.25);
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
  }

  /** A quarter of the weights, so a quarter of the multiply-adds and four times the epochs. */
  @Test
  void scratchBTrainsForTheSameMultiplyAdds() {
    double infinity = Double.POSITIVE_INFINITY;
    toy.run(method(new OneShot(), new Reinitialise(new Length.SameMacs(infinity))), 0.25);
    toy.run(method(new OneShot(), new Reinitialise(new Length.SameMacs(2))), 0.25);
    assertThat(toy.phases).extracting(TrainingPhase::epochs).containsExactly(32, 16);
  }

  /** 64·24 + 24·16 + 16·4 multiply-adds forward, thrice, of 96 images in 8 epochs. */
  @Test
  void scratchBCostsWhatTheDenseTrainingDid() {
    long dense = TrainingMacs.of(1984, 96 * 8);
    assertThat(dense).isEqualTo(3L * 1984 * 96 * 8);
    double infinity = Double.POSITIVE_INFINITY;
    assertThat(cost(new OneShot(), new Reinitialise(new Length.SameMacs(infinity)), 0.25))
        .isEqualTo(dense);
    assertThat(cost(new OneShot(), new Reinitialise(new Length.SameMacs(2)), 0.25))
        .isEqualTo(dense / 2);
    assertThat(cost(new OneShot(), new Reinitialise(Length.DENSE), 0.25)).isEqualTo(dense / 4);
    assertThat(cost(new OneShot(), new Continue(), 0.25)).isEqualTo(dense / 8);
  }

  /** 4 epochs at a half and 4 at a quarter. */
  @Test
  void everyRoundCostsByItsOwnMasks() {
    assertThat(cost(new Iterative(2), new Continue(), 0.25))
        .isEqualTo(3L * 1984 * 96 * 4 / 2 + 3L * 1984 * 96 * 4 / 4);
  }

  /** Pruned at once after step 36 of 72, that is after 6 of 12 epochs. */
  @Test
  void stepsBeforePruningInsideTrainingCostInFull() {
    assertThat(cost(new Constant(0.5, 0.9, 1000), new Continue(), 0.25))
        .isEqualTo(3L * 1984 * 96 * 6 + 3L * 1984 * 96 * 6 / 4);
  }

  private long cost(Schedule schedule, FineTune tune, double density) {
    var method = method(schedule, tune);
    Module module = MethodRun.startsTrained(method) ? toy.trained() : Toy.network();
    var generator = new Generator(5);
    var pruner = new Pruner(module, method, Toy.example(), generator);
    return new MethodRun(method, module, pruner, toy, toy, Toy.INPUT, generator)
        .run(new Goal.Density(density))
        .macs();
  }

  @Test
  void stepsAreKnownBeforehandUnlessTheyDependOnTheMasks() {
    for (FineTune tune :
        List.of(new Continue(), new Rewind(), new Reinitialise(Length.DENSE), new SignConstant())) {
      for (Schedule schedule : List.of(new OneShot(), new Iterative(3), new BackToFront())) {
        toy.phases.clear();
        toy.run(method(schedule, tune), 0.25);
        long taken = toy.phases.stream().mapToLong(phase -> toy.steps(phase.epochs())).sum();
        assertThat(MethodRun.steps(method(schedule, tune), toy, 4, 3)).isEqualTo(taken);
      }
    }
  }

  @Test
  void theDenseNetworkTeachesItsPrunedSelf() {
    Module module = toy.run(method(new OneShot(), new Distilled(new Continue(), 2, 0.9)), 0.1);
    assertThat(toy.phases.getFirst().loss()).isInstanceOf(Distillation.class);
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
    Module gradual =
        toy.run(method(new Cubic(0.1, 0.7, 5), new Distilled(new Continue(), 2, 0.9)), 0.1);
    assertThat(toy.accuracy(gradual)).isGreaterThan(0.8);
  }

  @Test
  void aDistillationWithoutTeachersPartIsPlainFineTuning() {
    assertSameBits(
        toy.run(method(new OneShot(), new Distilled(new Continue(), 2, 0)), 0.2),
        toy.run(method(new OneShot(), new Continue()), 0.2));
  }

  @Test
  void aControlHasTheMasksOfTheTicketAndOtherWeights() {
    Module ticket = toy.run(method(new Iterative(3), new Rewind()), 0.2);
    Module control =
        toy.run(method(new Iterative(3), new Control(new Rewind(), new Reinitialise())), 0.2);
    for (String name : List.of("1.weight", "4.weight")) {
      Parameter mine = control.namedParameters().get(name);
      assertThat(mine.mask()).isEqualTo(ticket.namedParameters().get(name).mask());
      assertThat(mine.tensor().toDoubleArray())
          .isNotEqualTo(ticket.namedParameters().get(name).tensor().toDoubleArray());
    }
  }

  /** Each round trains twice, but for the last: new weights for the record, the ticket to go on. */
  @Test
  void aControlOfEveryRoundFindsTheMasksOfTheTicketAndTellsOfNewWeights() {
    Module ticket = toy.run(method(new Iterative(3), new Rewind()), 0.2);
    int before = toy.phases.size();
    List<double[]> told = new ArrayList<>();
    List<Integer> epochs = new ArrayList<>();
    Method method = method(new Iterative(3), new Control(new Rewind(), new Reinitialise(), true));
    Module control = toy.trained();
    var generator = new Generator(5);
    var pruner = new Pruner(control, method, Toy.example(), generator);
    var run = new MethodRun(method, control, pruner, toy, toy, Toy.INPUT, generator);
    run.whenTrained(
            _ -> {
              told.add(control.namedParameters().get("1.weight").tensor().toDoubleArray());
              epochs.add(run.latestEpochs());
            })
        .run(new Goal.Density(0.2));
    assertThat(toy.phases.subList(before, toy.phases.size()))
        .extracting(TrainingPhase::round)
        .containsExactly(1, 1, 2, 2, 3);
    assertThat(told).hasSize(3);
    assertThat(epochs).containsOnly(Toy.FINE_TUNE_EPOCHS);
    for (String name : List.of("1.weight", "4.weight")) {
      assertThat(control.namedParameters().get(name).mask())
          .isEqualTo(ticket.namedParameters().get(name).mask());
    }
    assertThat(told.getLast())
        .isEqualTo(control.namedParameters().get("1.weight").tensor().toDoubleArray());
    long expected =
        toy.phases.subList(before, toy.phases.size()).stream()
            .mapToLong(phase -> toy.steps(phase.epochs()))
            .sum();
    assertThat(MethodRun.steps(method, toy, 5, 3)).isEqualTo(expected);
  }

  @Test
  void everyMethodOfTheRegistryRuns() {
    for (Method method : Methods.all()) {
      if (method.structure() instanceof ElementStructure
          && !method.scorer().needsData()
          && !method.name().startsWith("lottery-")) {
        Method floorless =
            new Method(
                method.name(),
                "",
                method.structure(),
                method.scorer(),
                method.scope(),
                method.schedule(),
                method.fineTune(),
                Floors.NONE);
        Module module = toy.run(floorless, 0.3);
        assertThat((double) Nets.kept(module) / Nets.parameters(module))
            .as(method.name())
            .isBetween(0.25, 0.45);
        assertThat(toy.accuracy(module)).as(method.name()).isGreaterThan(0.8);
      }
    }
  }

  @Test
  void contradictionsBetweenAxesAreRefused() {
    assertThatThrownBy(() -> method(new Cubic(0.1, 0.7, 5), new Rewind()))
        .hasMessageContainingAll("'test'", "'cubic-10%-70%-5'", "'rewind'", "inside training");
    assertThatThrownBy(() -> method(new Cubic(0.1, 0.7, 5), new Continue(RateRule.LAST)))
        .hasMessageContainingAll("'cubic-10%-70%-5'", "'continue-last-rate'");
    assertThatThrownBy(
            () ->
                new Method(
                    "test",
                    "",
                    new FilterStructure(),
                    new Magnitude(),
                    GLOBAL,
                    new BackToFront(),
                    new Continue(),
                    Floors.NONE))
        .hasMessageContainingAll("'test'", "'back-to-front'", "local");
  }

  @Test
  void aGoalIsARatioOrADensity() {
    Module module = toy.trained();
    var pruner =
        new Pruner(module, method(new OneShot(), new Continue()), Toy.example(), new Generator(1));
    assertThat(new Goal.Density(0.25).density(pruner)).isEqualTo(0.25);
    pruner.pruneToDensity(new Goal.Ratio(4).density(pruner));
    assertThat((double) Nets.parameters(module) / Nets.kept(module)).isCloseTo(4, within(0.05));
    assertThatThrownBy(() -> new Goal.Density(2)).hasMessageContainingAll("[0, 1]", "2.0");
    assertThatThrownBy(() -> new Goal.Ratio(0.5)).hasMessageContaining("at least 1 but is 0.5");
    assertThatThrownBy(() -> new Goal.Speedup(Double.NaN)).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> new Goal.Speedup(1e6).requireReachable(pruner))
        .hasMessageContainingAll("theoretical speed-up 1000000.0", "can reach at most");
  }
}
