package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.bench.report.Acceptance;
import dev.espalier.bench.report.Bound;
import dev.espalier.bench.report.Criterion;
import dev.espalier.bench.report.Criterion.Arm;
import dev.espalier.bench.report.ResultStore;
import dev.espalier.bench.report.RoundResult;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.data.Datasets;
import dev.espalier.prune.Floors;
import dev.espalier.prune.Method;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.Schedule;
import dev.espalier.prune.schedule.FixedRate;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.tune.Rewind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lottery ticket by halves, of a perceptron with 266200 weights and 410 biases: ratios 266610 /
 * (133100 + 410), 266610 / (66550 + 410) and the one asked for.
 */
final class RoundLogTest {
  private static final double ASKED = 7.9;
  private static final double HALF = 266_610.0 / 133_510;
  private static final double QUARTER = 266_610.0 / 66_960;

  @TempDir private static Path folder;

  private static Study.Outcome outcome;

  private static StudyPlan plan(String out, Criterion... accept) {
    StudyPlan small =
        SmokeStudy.in(folder.resolve(out)).withRatios(ASKED).withFineTuneEpochs(4).plan();
    return new StudyPlan(
        small.pairs(),
        List.of(method("ticket", new FixedRate(0.5)), method("once", new OneShot())),
        small.ratios(),
        small.seeds(),
        small.latency(),
        small.limits(),
        small.out(),
        List.of(accept));
  }

  private static Method method(String name, Schedule schedule) {
    return new Method(
        name,
        "",
        new ElementStructure(),
        new Magnitude(),
        RankingScope.LOCAL,
        schedule,
        new Rewind(),
        Floors.NONE);
  }

  private static Criterion speedup(double ratio, double limit) {
    return new Criterion(
        "",
        Optional.empty(),
        new Arm("ticket", ratio),
        false,
        Bound.SPEEDUP,
        limit,
        Optional.empty());
  }

  @BeforeAll
  static void runOnce() throws IOException {
    StudyPlan plan = plan("rounds", speedup(4, 4), speedup(2, 2.1));
    outcome = new Study(plan, new RecordedProgress()).load().run();
  }

  @Test
  void everyRoundIsInTheTrialsRow() {
    TrialResult trial = outcome.trials().getFirst();
    assertThat(trial.rounds()).extracting(RoundResult::round).containsExactly(1, 2, 3);
    assertThat(trial.rounds().getFirst().ratio()).isCloseTo(HALF, within(1e-9));
    assertThat(trial.rounds().get(1).ratio()).isCloseTo(QUARTER, within(1e-9));
    assertThat(trial.rounds().get(1).density()).isCloseTo(1 / QUARTER, within(1e-9));
    assertThat(trial.rounds().get(1).flops()).isEqualTo(66_550);
    assertThat(trial.rounds()).extracting(RoundResult::epochs).containsExactly(1, 1, 2);
  }

  @Test
  void theRowFitsTheSchema() throws IOException {
    Schema schema;
    try (InputStream in = ResultStore.class.getResourceAsStream("results.schema.json")) {
      schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(in);
    }
    String line = Files.readAllLines(folder.resolve("rounds/results.jsonl")).getFirst();
    assertThat(line).contains("\"rounds\":[{\"round\":1,");
    assertThat(schema.validate(line, InputFormat.JSON)).isEmpty();
    String wrong = line.replace("\"rounds\":[{\"round\":1,", "\"rounds\":[{\"round\":0,");
    assertThat(schema.validate(wrong, InputFormat.JSON)).isNotEmpty();
  }

  @Test
  void theLastRoundIsTheTrial() {
    TrialResult trial = outcome.trials().getFirst();
    RoundResult last = trial.rounds().getLast();
    assertThat(last.ratio()).isCloseTo(trial.compression(), within(1e-9));
    assertThat(last.flops()).isEqualTo(trial.pruned().flops());
    assertThat(last.top1()).isEqualTo(trial.pruned().top1());
    assertThat(trial.top1BeforeFinetune()).hasValue(last.top1BeforeFinetune());
  }

  @Test
  void oneRoundIsNotWorthAList() {
    assertThat(outcome.trials().getLast().key().method()).isEqualTo("once");
    assertThat(outcome.trials().getLast().rounds()).isEmpty();
    assertThat(outcome.trials().getLast().top1BeforeFinetune()).isPresent();
  }

  @Test
  void limitsFindTheRounds() {
    assertThat(outcome.acceptance().verdicts())
        .extracting(Acceptance.Verdict::met)
        .containsExactly(true, false);
    assertThat(outcome.acceptance().table())
        .contains("4.000x (round 2, 3.98x)", "2.000x (round 1, 2.00x)");
  }

  @Test
  void ratioOfNoRoundIsRefusedWithTheNearest() {
    StudyPlan plan = plan("refused", speedup(4, 4), speedup(3.5, 4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Study(plan, new RecordedProgress()).load())
        .withMessage(
            "accept[1]: ratio 3.50 is unknown; on lenet-300-100 on synthetic-digits 'ticket' comes"
                + " by 2.00, 3.98, 7.90; the nearest is 3.98");
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  @Test
  void roundsAreKnownBeforehand() throws IOException {
    StudyPlan plan = plan("dry");
    StudyPair pair = plan.pairs().getFirst();
    var run = new PairRun(plan, pair, Datasets.load(pair.data(), pair.options()), new Forecast(1));
    assertThat(run.roundRatios(plan.methods().getFirst(), ASKED))
        .hasSize(3)
        .satisfies(ratios -> assertThat(ratios.getFirst()).isCloseTo(HALF, within(1e-9)))
        .satisfies(ratios -> assertThat(ratios.get(1)).isCloseTo(QUARTER, within(1e-9)))
        .satisfies(ratios -> assertThat(ratios.get(2)).isCloseTo(ASKED, within(1e-3)));
    assertThat(run.roundRatios(plan.methods().getLast(), ASKED)).isEmpty();
  }
}
