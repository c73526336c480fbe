package dev.espalier.bench.study;

import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Machine;
import dev.espalier.bench.report.Provenance;
import dev.espalier.bench.report.ReportWriter;
import dev.espalier.bench.report.ResultStore;
import dev.espalier.bench.report.TrialKey;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Method;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.sparse.Crossover;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * Runs a grid of trials and writes {@code results.jsonl} and the report.
 *
 * <p>Every finished trial is on disk before the next one starts; a study started again in the same
 * folder continues behind them. Trials found there with other settings are refused, not mixed.
 */
public final class Study {
  private final StudyPlan plan;
  private final Progress progress;

  /** A study that reports to a display. */
  public Study(StudyPlan plan, Progress progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /** What a study left behind. */
  public record Outcome(List<TrialResult> trials, ReportWriter.Report report) {}

  /** Training steps of all trials and dense networks, for a display. */
  public long totalSteps(TrainTest data) {
    long steps = 0;
    for (String model : plan.models()) {
      Recipe recipe = plan.recipe().of(model);
      try (var training = new Training(data, recipe)) {
        var runner = new TrialRunner(data, training, progress, plan.latencyBatch(), (_, _) -> null);
        long perSeed = training.steps(recipe.epochs());
        for (Method method : plan.resolvedMethods()) {
          for (double ratio : plan.ratios()) {
            perSeed += runner.steps(method, model, ratio);
          }
        }
        steps += plan.seeds().size() * perSeed;
      }
    }
    return steps;
  }

  /** Loads the data set. */
  public TrainTest load() throws IOException {
    TrainTest data = Datasets.load(plan.data(), plan.dataOptions());
    for (String model : plan.models()) {
      int[] input = Models.entry(model).input().toArray();
      var shape = data.spec().shape();
      if (input[0] != shape.channels() || input[1] != shape.height() || input[2] != shape.width()) {
        throw new IllegalArgumentException(
            "study: model '%s' takes images of %d×%d×%d but data set '%s' has %d×%d×%d"
                .formatted(
                    model,
                    input[0],
                    input[1],
                    input[2],
                    plan.data(),
                    shape.channels(),
                    shape.height(),
                    shape.width()));
      }
    }
    return data;
  }

  /** Runs what is not done yet and writes the report. */
  public Outcome run(TrainTest data) throws IOException {
    Files.createDirectories(plan.out().resolve("dense"));
    try (ResultStore store = ResultStore.open(plan.out().resolve("results.jsonl"))) {
      store.warnings().forEach(progress::say);
      for (String model : plan.models()) {
        runModel(model, data, store);
      }
      List<TrialResult> trials = store.trials();
      return new Outcome(trials, ReportWriter.write(plan.out(), trials));
    }
  }

  private void runModel(String model, TrainTest data, ResultStore store) throws IOException {
    Recipe recipe = plan.recipe().of(model);
    SortedMap<String, String> settings = settings(recipe, data);
    String digest = data.train().digest() + "+" + data.test().digest();
    for (TrialResult done : store.trials()) {
      if (done.key().model().equals(model) && done.key().data().equals(plan.data())) {
        requireSame(done, settings, digest);
      }
    }
    Machine machine = Machine.detect();
    try (var training = new Training(data, recipe)) {
      var runner =
          new TrialRunner(
              data,
              training,
              progress,
              plan.latencyBatch(),
              (started, finished) ->
                  new Provenance(
                      digest,
                      settings,
                      plan.seeds(),
                      machine.jdk(),
                      machine.os(),
                      machine.cpu(),
                      machine.cores(),
                      Threads.count(),
                      Backends.of(Device.CPU).name(),
                      Build.commit(),
                      Build.version(),
                      Crossover.standard().digest(),
                      started,
                      finished));
      for (long seed : plan.seeds()) {
        runSeed(model, seed, recipe, data, training, runner, store);
      }
    }
  }

  private void runSeed(
      String model,
      long seed,
      Recipe recipe,
      TrainTest data,
      Training training,
      TrialRunner runner,
      ResultStore store)
      throws IOException {
    Path file =
        plan.out()
            .resolve("dense")
            .resolve("%s-%s-%d.safetensors".formatted(model, plan.data(), seed));
    try (var dense =
        DenseRun.of(model, data.spec().classes(), seed, file, recipe, training, progress)) {
      progress.say(
          "dense %s, seed %d: top-1 %.2f %%".formatted(model, seed, 100 * dense.metrics().top1()));
      for (Method method : plan.resolvedMethods()) {
        for (double ratio : plan.ratios()) {
          var key = new TrialKey(model, plan.data(), method.name(), ratio, seed);
          if (store.contains(key)) {
            progress.skip(runner.steps(method, model, ratio));
            continue;
          }
          TrialResult result = runner.run(key, method, dense);
          store.append(result);
          progress.say(
              "%s: top-1 %.2f %% (dense %.2f), %.1f× smaller, %.2f× faster"
                  .formatted(
                      key,
                      100 * result.pruned().top1(),
                      100 * result.dense().top1(),
                      result.compression(),
                      result.measuredSpeedup()));
        }
      }
    }
  }

  private void requireSame(TrialResult done, SortedMap<String, String> settings, String digest) {
    if (!done.provenance().settings().equals(settings)) {
      throw new IllegalArgumentException(
          "study: %s holds a trial of %s with other settings (%s, now %s); use another --out"
              .formatted(plan.out(), done.key(), done.provenance().settings(), settings));
    }
    if (!done.provenance().dataDigest().equals(digest)) {
      throw new IllegalArgumentException(
          "study: %s holds a trial of %s on other images (digest %s, now %s); use another --out"
              .formatted(plan.out(), done.key(), done.provenance().dataDigest(), digest));
    }
  }

  private SortedMap<String, String> settings(Recipe recipe, TrainTest data) {
    SortedMap<String, String> settings = recipe.settings();
    settings.put("train_images", Integer.toString(data.train().count()));
    settings.put("test_images", Integer.toString(data.test().count()));
    settings.put("latency_batch", Integer.toString(plan.latencyBatch()));
    return settings;
  }
}
