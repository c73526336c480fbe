package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.espalier.bench.report.LayerResult;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a study leaves behind. */
final class StudyTest {
  /** Of the perceptron: 784·300 + 300 + 300·100 + 100 + 100·10 + 10. */
  private static final long PARAMETERS = 266_610;

  @TempDir private static Path folder;

  private static final RecordedProgress progress = new RecordedProgress();
  private static SmokeStudy smoke;
  private static Study.Outcome outcome;

  @BeforeAll
  static void runOnce() throws IOException {
    smoke = SmokeStudy.in(folder.resolve("smoke"));
    outcome = smoke.run(progress);
  }

  @Test
  void everyTrialIsOneLineInTheOrderOfTheGrid() throws IOException {
    assertThat(smoke.plan().trials()).isEqualTo(4);
    assertThat(smoke.lines()).hasSize(4);
    assertThat(smoke.trials()).isEqualTo(outcome.trials());
    assertThat(outcome.trials())
        .extracting(trial -> trial.key().toString())
        .containsExactly(
            "lenet-300-100 on synthetic-digits, gradual-magnitude at ratio 2, seed 7",
            "lenet-300-100 on synthetic-digits, gradual-magnitude at ratio 4, seed 7",
            "lenet-300-100 on synthetic-digits, layer-magnitude at ratio 2, seed 7",
            "lenet-300-100 on synthetic-digits, layer-magnitude at ratio 4, seed 7");
  }

  @Test
  void everyLineHasTheFieldsThatOthersRead() throws IOException {
    for (String line : smoke.lines()) {
      JsonNode row = new JsonMapper().readTree(line);
      assertThat(row.propertyNames())
          .contains("model", "data", "method", "structure", "scorer", "scope", "schedule")
          .contains("finetune", "ratio", "seed", "top1", "top5", "top1_dense", "top5_dense")
          .contains("params", "nonzero", "flops", "flops_dense", "bytes", "bytes_dense")
          .contains("latency_ms", "latency_dense_ms", "mask_digest", "provenance");
      assertThat(row.get("provenance").propertyNames())
          .contains("data_digest", "settings", "seeds", "jdk", "os", "cpu", "cores", "threads")
          .contains("provider", "commit", "version", "crossover_digest", "started", "finished");
      assertThat(row.get("structure").asString()).isEqualTo("element");
      assertThat(row.get("scorer").asString()).isEqualTo("magnitude");
      assertThat(row.get("scope").asString()).isEqualTo("local");
    }
  }

  @Test
  void ratioIsReachedWithinOnePercent() {
    for (TrialResult trial : outcome.trials()) {
      double asked = trial.key().ratio();
      assertThat(trial.dense().parameters()).isEqualTo(PARAMETERS);
      assertThat(trial.compression())
          .as(trial.key()::toString)
          .isCloseTo(asked, within(asked / 100));
    }
  }

  @Test
  void figuresOfATrialAgreeWithEachOther() {
    for (TrialResult trial : outcome.trials()) {
      long biases = 300 + 100 + 10;
      long kept = trial.layers().stream().mapToLong(LayerResult::nonzero).sum();
      assertThat(kept + biases).isEqualTo(trial.pruned().parameters());
      assertThat(trial.dense().flops()).isEqualTo(PARAMETERS - biases);
      assertThat(trial.pruned().flops()).isEqualTo(kept);
      assertThat(trial.pruned().bytes()).isBetween(4 * kept, trial.dense().bytes() - 1);
      assertThat(trial.dense().bytes()).isBetween(4 * PARAMETERS, 4 * PARAMETERS + 2000);
      assertThat(trial.pruned().latencyMs()).isPositive();
      assertThat(trial.dense().latencyMs()).isPositive();
      assertThat(trial.pruned().top5()).isBetween(trial.pruned().top1(), 1.0);
    }
  }

  @Test
  void trainingLearnsAndAllTrialsOfASeedShareTheDenseNetwork() {
    double chance = 0.1;
    assertThat(outcome.trials())
        .allSatisfy(trial -> assertThat(trial.pruned().top1()).isGreaterThan(2 * chance))
        .extracting(trial -> trial.dense().top1())
        .containsOnly(outcome.trials().getFirst().dense().top1());
    assertThat(outcome.trials().getFirst().dense().top1()).isGreaterThan(2 * chance);
  }

  @Test
  void masksOfDifferentTrialsHaveDifferentDigests() {
    assertThat(outcome.trials())
        .extracting(TrialResult::maskDigest)
        .doesNotHaveDuplicates()
        .allMatch(digest -> digest.matches("[0-9a-f]{64}"));
  }

  @Test
  void gradualPruningTrainsInOneGoAndTheOtherFromTheDenseNetwork() {
    TrialResult gradual = outcome.trials().getFirst();
    TrialResult once = outcome.trials().getLast();
    assertThat(gradual.composition().schedule()).isEqualTo("cubic");
    assertThat(gradual.epochs()).isEqualTo(2);
    assertThat(gradual.top1BeforeFinetune()).isEmpty();
    assertThat(once.composition().schedule()).isEqualTo("one-shot");
    assertThat(once.epochs()).isEqualTo(1);
    assertThat(once.top1BeforeFinetune()).isPresent();
  }

  @Test
  void provenanceSaysWhatWasRun() {
    assertThat(outcome.trials())
        .allSatisfy(
            trial ->
                assertThat(trial.provenance().settings())
                    .containsEntry("train_images", "300")
                    .containsEntry("test_images", "200")
                    .containsEntry("batch", "20")
                    .containsEntry("epochs", "1")
                    .containsEntry("finetune_epochs", "1")
                    .containsEntry("latency_batch", "4"));
    assertThat(outcome.trials())
        .allSatisfy(
            trial -> {
              assertThat(trial.provenance().seeds()).containsExactly(SmokeStudy.SEED);
              assertThat(trial.provenance().jdk()).startsWith(Runtime.version().toString());
            });
  }

  @Test
  void reportAndCurvesAreWritten() {
    String curves = "curves-lenet-300-100-synthetic-digits";
    assertThat(outcome.report().orElseThrow().files())
        .contains(smoke.out().resolve("report.html"), smoke.out().resolve(curves + ".svg"))
        .allSatisfy(file -> assertThat(file).isNotEmptyFile());
    assertThat(smoke.out().resolve("report.html"))
        .content()
        .contains("gradual-magnitude", "layer-magnitude", "lenet-300-100");
    assertThat(smoke.out().resolve(curves + ".svg")).content().contains("<svg");
  }

  @Test
  void everyStepIsCounted() {
    // 15 steps an epoch: one dense epoch, two for each gradual trial and one for each other.
    assertThat(progress.advanced.get()).isEqualTo(15 * (1 + 2 * 2 + 2));
    assertThat(progress.skipped.get()).isZero();
    assertThat(progress.begun).hasSize(5).first().asString().startsWith("dense lenet-300-100");
  }

  @Test
  void sameSeedGivesTheSameFiguresInAnotherFolder() throws IOException {
    SmokeStudy again =
        SmokeStudy.in(folder.resolve("again")).withRatios(4.0).withMethods("layer-magnitude");
    again.run(new RecordedProgress());
    assertThat(again.trials())
        .singleElement()
        .satisfies(
            trial ->
                assertThat(SmokeStudy.figures(trial))
                    .isEqualTo(SmokeStudy.figures(outcome.trials().getLast())));
  }

  @Test
  void everyKindOfMethodReachesItsRatio() throws IOException {
    SmokeStudy others =
        SmokeStudy.in(folder.resolve("others"))
            .withRatios(4.0)
            .withFineTuneEpochs(4)
            .withMethods("global-gradient", "lottery-ticket", "filter-magnitude");
    others.run(new RecordedProgress());
    assertThat(others.trials())
        .hasSize(3)
        .allSatisfy(trial -> assertThat(trial.compression()).isCloseTo(4, within(0.04)))
        .allSatisfy(trial -> assertThat(trial.epochs()).as("the same budget").isEqualTo(4));
  }

  @Test
  void everyKindOfScheduleAndFineTuningReachesItsRatio() throws IOException {
    SmokeStudy others =
        SmokeStudy.in(folder.resolve("kinds"))
            .withRatios(4.0)
            .withFineTuneEpochs(3)
            .withMethods(
                "random-at-start",
                "rigl",
                "soft-filter",
                "distilled-magnitude",
                "scratch-b",
                "back-to-front-magnitude");
    var kinds = new RecordedProgress();
    assertThat(others.run(kinds).failures()).isEmpty();
    assertThat(others.trials())
        .hasSize(6)
        .allSatisfy(trial -> assertThat(trial.compression()).isCloseTo(4, within(0.04)));
    assertThat(kinds.latest.done()).isEqualTo(1);
    assertThat(kinds.latest.left()).contains(Duration.ZERO);
  }

  @Test
  void weightsInBetweenAreTrainedOnceAndKept() throws IOException {
    SmokeStudy late =
        SmokeStudy.in(folder.resolve("late"))
            .withRatios(4.0)
            .withFineTuneEpochs(3)
            .withMethods("late-rewinding");
    var first = new RecordedProgress();
    late.run(first);
    // 5 % of 15 steps
    Path file = late.out().resolve("dense/lenet-300-100-synthetic-digits-7-step-1.safetensors");
    assertThat(file).isNotEmptyFile();
    assertThat(first.said).anyMatch(line -> line.contains("to step 1 again"));
    List<Object> figures = SmokeStudy.figures(late.trials().getFirst());
    Files.delete(late.results());
    var again = new RecordedProgress();
    late.run(again);
    assertThat(again.said).noneMatch(line -> line.contains("again, for rewinding"));
    assertThat(SmokeStudy.figures(late.trials().getFirst())).isEqualTo(figures);
  }

  @Test
  void trialsSideBySideFindWhatTheyFindAlone() throws IOException {
    SmokeStudy alone = SmokeStudy.in(folder.resolve("alone")).withSeeds(7L, 8L);
    SmokeStudy beside = SmokeStudy.in(folder.resolve("beside")).withSeeds(7L, 8L).withAtOnce(3);
    alone.run(new RecordedProgress());
    var both = new RecordedProgress();
    Study.Outcome found = beside.run(both);
    assertThat(found.failures()).isEmpty();
    assertThat(both.begun).hasSize(2 + 8).doesNotHaveDuplicates();
    assertThat(byKey(beside)).isEqualTo(byKey(alone));
  }

  private static Map<Object, List<Object>> byKey(SmokeStudy study) throws IOException {
    Map<Object, List<Object>> figures = new HashMap<>();
    study.trials().forEach(trial -> figures.put(trial.key(), SmokeStudy.figures(trial)));
    return figures;
  }

  @Test
  void ratioThatCannotBeReachedIsRefusedBeforeAnythingIsWritten() {
    SmokeStudy far = SmokeStudy.in(folder.resolve("far")).withRatios(2.0, 1000.0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> far.run(new RecordedProgress()))
        .withMessageStartingWith(
            "study: lenet-300-100 on synthetic-digits: compression ratio 1000.0: method"
                + " 'gradual-magnitude' can reach at most ");
    assertThat(far.out()).doesNotExist();
  }

  private StudyPlan speedups(String out, List<Method> methods, double... values) {
    StudyPlan plan = SmokeStudy.in(folder.resolve(out)).plan();
    return new StudyPlan(
        plan.pairs(),
        methods,
        Arrays.stream(values).boxed().toList(),
        plan.seeds(),
        plan.latency(),
        plan.limits(),
        plan.out(),
        List.of(),
        Measure.MULTIPLY_ADDS,
        false);
  }

  @Test
  void speedUpsAreReachedInPlaceOfRatios() throws IOException {
    List<Method> methods =
        List.of(Methods.get("filter-magnitude"), Methods.get("filter-magnitude").roundingTo(4));
    StudyPlan plan = speedups("speedups", methods.subList(0, 1), 1.43, 3);
    List<TrialResult> trials = new Study(plan, new RecordedProgress()).load().run().trials();
    assertThat(trials)
        .hasSize(2)
        .allSatisfy(
            trial -> {
              assertThat(trial.theoreticalSpeedup())
                  .isCloseTo(trial.key().ratio(), withinPercentage(2));
              assertThat(trial.provenance().settings()).containsEntry("ratios_of", "multiply-adds");
              assertThat(trial.asksForSpeedup()).isTrue();
            });
    assertThatThrownBy(
            () ->
                new Study(speedups("speedups", methods.subList(1, 2), 1.43), new RecordedProgress())
                    .load())
        .hasMessageContainingAll("with other settings", "round_to=4");
    assertThatThrownBy(
            () ->
                new Study(
                        speedups("unreachable", methods.subList(0, 1), 1e6), new RecordedProgress())
                    .load())
        .hasMessageContainingAll("theoretical speed-up 1000000.0", "can reach at most");
    assertThat(folder.resolve("unreachable")).doesNotExist();
  }

  @Test
  void layersMayBePrunedToTheSameLoss() throws IOException {
    StudyPlan plan = SmokeStudy.in(folder.resolve("sensitivity")).withRatios(4.0).plan();
    Method method = Methods.get("layer-magnitude").withScope(RankingScope.get("sensitivity"));
    var progress = new RecordedProgress();
    TrialResult trial =
        new Study(
                new StudyPlan(
                    plan.pairs(),
                    List.of(method),
                    plan.ratios(),
                    plan.seeds(),
                    plan.latency(),
                    plan.limits(),
                    plan.out()),
                progress)
            .load()
            .run()
            .trials()
            .getFirst();
    assertThat(trial.compression()).isCloseTo(4, withinPercentage(1));
    assertThat(trial.composition().scope()).isEqualTo("sensitivity");
    assertThat(progress.scored).hasPositiveValue();
  }

  @Test
  void roundsShareTheFineTuningEpochsThoughSomeHaveNone() throws IOException {
    SmokeStudy few =
        SmokeStudy.in(folder.resolve("few"))
            .withMethods("lottery-ticket", "layer-magnitude")
            .withRatios(4.0)
            .withFineTuneEpochs(2);
    Study.Outcome found = few.run(new RecordedProgress());
    assertThat(found.failures()).isEmpty();
    assertThat(found.trials()).extracting(TrialResult::epochs).containsExactly(2, 2);
  }

  @Test
  void layersThatAPairProtectsStayWhole() throws IOException {
    SmokeStudy some = SmokeStudy.in(folder.resolve("protect")).withRatios(1.1);
    StudyPlan plan = some.withMethods("layer-magnitude").plan();
    Study.Outcome found = new Study(protecting(plan, "fc1"), new RecordedProgress()).load().run();
    assertThat(found.trials().getFirst().layers().getFirst().nonzero()).isEqualTo(300 * 784);
    assertThat(found.trials().getFirst().layers().get(1).nonzero()).isLessThan(300 * 100);
    assertThat(found.trials().getFirst().provenance().settings())
        .containsEntry("protected_layers", "fc1");
    assertThatIllegalArgumentException()
        .as("another protection is another trial")
        .isThrownBy(() -> new Study(plan, new RecordedProgress()).load().run())
        .withMessageContaining("with other settings");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Study(protecting(plan, "fc9"), new RecordedProgress()).load())
        .withMessageContaining("layer 'fc9' is unknown; did you mean 'fc1'?");
  }

  private static StudyPlan protecting(StudyPlan plan, String layer) {
    StudyPair pair = plan.pairs().getFirst();
    return new StudyPlan(
        List.of(
            new StudyPair(
                pair.model(), pair.data(), pair.options(), pair.recipe(), List.of(layer))),
        plan.methods(),
        plan.ratios(),
        plan.seeds(),
        plan.latency(),
        plan.limits(),
        plan.out());
  }

  @Test
  void anotherMethodUnderTheNameOfADoneOneIsRefused() throws IOException {
    StudyPlan plan =
        SmokeStudy.in(folder.resolve("same")).withMethods("random").withRatios(2.0).plan();
    new Study(plan, new RecordedProgress()).load().run();
    var other =
        new StudyPlan(
            plan.pairs(),
            List.of(Methods.get("random").withScorer(new Magnitude())),
            plan.ratios(),
            plan.seeds(),
            plan.latency(),
            plan.limits(),
            plan.out());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Study(other, new RecordedProgress()).load().run())
        .withMessageContaining("by another method of that name");
  }

  @Test
  void trialThatFailsIsToldAndTheOthersGoOn() throws IOException {
    Method broken = Methods.get("layer-magnitude").withScorer(new NotANumber());
    SmokeStudy some = SmokeStudy.in(folder.resolve("broken")).withRatios(4.0);
    StudyPlan plan = some.withMethods("layer-magnitude").plan();
    var both =
        new StudyPlan(
            plan.pairs(),
            List.of(
                new Method(
                    "broken",
                    "a score that is no number",
                    broken.structure(),
                    broken.scorer(),
                    broken.scope(),
                    broken.schedule(),
                    broken.fineTune(),
                    broken.floors()),
                plan.methods().getFirst()),
            plan.ratios(),
            plan.seeds(),
            plan.latency(),
            plan.limits(),
            plan.out());
    var progress = new RecordedProgress();
    Study.Outcome found = new Study(both, progress).load().run();
    assertThat(progress.latest.left()).as("nothing is left to wait for").contains(Duration.ZERO);
    assertThat(found.failures())
        .singleElement()
        .satisfies(
            failure ->
                assertThat(failure.sentence())
                    .contains(
                        "broken at ratio 4", "scorer 'not-a-number'", "'fc1.weight' contain NaN"))
        .satisfies(failure -> assertThat(failure.refused()).isTrue());
    assertThat(found.trials())
        .extracting(trial -> trial.key().method())
        .containsExactly("layer-magnitude");
  }

  /** Scores that no method could rank. */
  private record NotANumber() implements Scorer {
    @Override
    public String name() {
      return "not-a-number";
    }

    @Override
    public boolean needsData() {
      return false;
    }

    @Override
    public Score scores(ScoringContext context) {
      Map<String, Tensor> scores = new HashMap<>();
      for (PrunableWeight weight : context.weights()) {
        Tensor tensor = weight.parameter().tensor();
        scores.put(weight.name(), Tensor.full(tensor.dtype(), tensor.shape(), Double.NaN));
      }
      return new Score.Elements(name(), scores);
    }
  }

  @Test
  void modelThatDoesNotTakeTheImagesIsRefusedWithBothShapes() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new StudyPair(
                    "resnet-8", SmokeStudy.DATA, DatasetOptions.defaults(), Recipe.of("resnet-8")))
        .withMessageContaining("'resnet-8' takes images of 3×32×32")
        .withMessageContaining("'synthetic-digits' has 1×28×28");
  }
}
