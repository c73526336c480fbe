package dev.espalier.bench.study;

import dev.espalier.bench.report.Acceptance;
import dev.espalier.bench.report.ReportWriter;
import dev.espalier.bench.report.ResultStore;
import dev.espalier.bench.report.TrialKey;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.prune.Method;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Runs a grid of trials and writes {@code results.jsonl} and the report.
 *
 * <p>Every finished trial is on disk before its place is given to the next one; a study started
 * again in the same folder continues behind them. Trials found there with other settings are
 * refused, not mixed. What a trial finds does not depend on which others run beside it.
 */
public final class Study {
  private static final String RESULTS = "results.jsonl";

  private final StudyPlan plan;
  private final Desk desk;

  /** A study that reports to a display. */
  public Study(StudyPlan plan, Progress progress) {
    this.plan = plan;
    int atOnce = plan.limits().trials();
    this.desk = new Desk(progress, new Forecast(atOnce), new Quiet(atOnce));
  }

  /**
   * What a study left behind.
   *
   * @param report empty if no trial has ever succeeded
   * @param acceptance which of the study's limits are met
   * @param failures each trial or dense network that failed
   */
  public record Outcome(
      List<TrialResult> trials,
      Optional<ReportWriter.Report> report,
      Acceptance acceptance,
      List<Failure> failures) {}

  /**
   * A trial or a dense network that failed.
   *
   * @param sentence which, and why
   * @param refused whether something was asked for that cannot be done, such as ranking scores that
   *     are no numbers
   */
  public record Failure(String sentence, boolean refused) {}

  /** A study with its images, ready to run. */
  public final class Loaded {
    private final List<PairRun> pairs;

    private Loaded(List<PairRun> pairs) {
      this.pairs = pairs;
    }

    /** Runs what is not done yet and writes the report. */
    public Outcome run() throws IOException {
      return Study.this.run(pairs);
    }
  }

  /**
   * Loads the data sets and checks that every ratio can be reached, that scorers rank the layers of
   * their networks, that their samples are mixed, that what the folder holds was made with the same
   * settings, and that every limit is of a ratio that is reached; nothing is written.
   *
   * @throws IllegalArgumentException if there is something that cannot be run
   */
  public Loaded load() throws IOException {
    Map<Map.Entry<String, DatasetOptions>, TrainTest> sets = new HashMap<>();
    List<PairRun> pairs = new ArrayList<>();
    for (StudyPair pair : plan.pairs()) {
      var wanted = Map.entry(pair.data(), pair.options());
      TrainTest data = sets.get(wanted);
      if (data == null) {
        data = Datasets.load(pair.data(), pair.options());
        sets.put(wanted, data);
      }
      var run = new PairRun(plan, pair, data, desk.forecast());
      run.requirePossible(plan.methods(), plan.ratios());
      run.memoryRemark().ifPresent(desk.progress()::say);
      pairs.add(run);
    }
    requireSameAsBefore(pairs);
    new AcceptCheck(plan.pairs(), plan.methods(), plan.ratios())
        .requireRounds(plan.accept(), pairs);
    return new Loaded(pairs);
  }

  /** Refuses to continue a study with other settings. */
  private void requireSameAsBefore(List<PairRun> pairs) throws IOException {
    Path results = plan.out().resolve(RESULTS);
    List<TrialResult> before =
        Files.exists(results) ? ResultStore.read(results, new ArrayList<>()) : List.of();
    before.forEach(done -> pairs.forEach(pair -> pair.requireSame(done)));
    Set<TrialKey> keys = before.stream().map(TrialResult::key).collect(Collectors.toSet());
    for (PairRun pair : pairs) {
      for (long seed : plan.seeds()) {
        boolean done =
            plan.methods().stream()
                .allMatch(
                    method ->
                        plan.ratios().stream()
                            .allMatch(ratio -> keys.contains(pair.key(method, ratio, seed))));
        if (!done) {
          DenseRun.requireUsable(pair, seed);
        }
      }
    }
  }

  private Outcome run(List<PairRun> pairs) throws IOException {
    Files.createDirectories(plan.out().resolve("dense"));
    try (ResultStore store = ResultStore.open(plan.out().resolve(RESULTS))) {
      store.warnings().forEach(desk.progress()::say);
      List<Failure> failures = new Crew(plan, desk, store).run(board(pairs, store));
      List<TrialResult> trials = store.trials();
      Acceptance acceptance = plan.acceptance(trials);
      return new Outcome(
          trials,
          trials.isEmpty()
              ? Optional.empty()
              : Optional.of(ReportWriter.write(plan.out(), trials, acceptance)),
          acceptance,
          failures);
    }
  }

  /** What the store lacks, in the order of the grid. */
  private Board board(List<PairRun> pairs, ResultStore store) {
    List<Board.Group> groups = new ArrayList<>();
    for (PairRun pair : pairs) {
      for (long seed : plan.seeds()) {
        var group = new Board.Group(pair, seed);
        for (Method method : plan.methods()) {
          for (double ratio : plan.ratios()) {
            desk.forecast().announce(pair.work(), pair.steps(method, ratio), true);
            TrialKey key = pair.key(method, ratio, seed);
            if (store.contains(key)) {
              desk.skip(pair, pair.steps(method, ratio), true);
            } else {
              group.add(key, method);
            }
          }
        }
        desk.forecast().announce(pair.work(), pair.denseSteps(), false);
        if (group.isEmpty()) {
          desk.skip(pair, pair.denseSteps(), false);
        }
        groups.add(group);
      }
    }
    return new Board(groups);
  }
}
