package dev.espalier.bench.study;

import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Machine;
import dev.espalier.bench.report.Provenance;
import dev.espalier.bench.report.TrialKey;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Method;
import dev.espalier.prune.MethodRun;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.Schedule;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.sparse.Crossover;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/** What all trials of a pair share: images, recipe, and what their results are filed under. */
final class PairRun {
  private static final int EXAMPLE_ROWS = 4;

  private final StudyPlan plan;
  private final StudyPair pair;
  private final TrainTest data;
  private final Training training;
  private final SortedMap<String, String> settings;
  private final String digest;
  private final Machine machine = Machine.detect();
  private final int threads = Threads.count();
  private final long memoryNeed;
  private final int layers;
  private final Forecast.Work work;

  PairRun(StudyPlan plan, StudyPair pair, TrainTest data, Forecast forecast) {
    this.plan = plan;
    this.pair = pair;
    this.data = data;
    training = new Training(data, pair.recipe());
    settings = pair.recipe().settings();
    settings.put("train_images", Integer.toString(data.train().count()));
    settings.put("test_images", Integer.toString(data.test().count()));
    settings.put("latency_batch", Integer.toString(plan.latency().batch()));
    settings.put("latency_seconds", Double.toString(plan.latency().seconds()));
    digest = data.train().digest() + "+" + data.test().digest();
    Module module = create(0);
    try {
      ModelSummary summary = ModelSummary.of(module, Models.entry(pair.model()).input());
      layers = PrunableWeight.of(module).size();
      int batch = pair.recipe().batch();
      memoryNeed =
          MemoryNeed.of(
              summary,
              Math.max(batch, Training.SAMPLE),
              Math.max(Training.EVALUATION_BATCH, plan.latency().batch()));
      work = forecast.add((double) summary.macs() * batch);
    } finally {
      module.close();
    }
  }

  StudyPair pair() {
    return pair;
  }

  Training training() {
    return training;
  }

  Recipe recipe() {
    return pair.recipe();
  }

  LatencyPlan latency() {
    return plan.latency();
  }

  /** Bytes outside the heap that a trial is expected to need. */
  long memoryNeed() {
    return memoryNeed;
  }

  /** Where its steps and trials are counted. */
  Forecast.Work work() {
    return work;
  }

  /** The network of a seed before training. */
  Module create(long seed) {
    return Models.create(
        pair.model(), data.spec().classes(), new Generator(seed).split("initial weights"));
  }

  /** A few inputs without meaning, for what follows the recorded graph. */
  Tensor example(long seed) {
    int[] one = Models.entry(pair.model()).input().toArray();
    int[] dims = new int[one.length + 1];
    dims[0] = EXAMPLE_ROWS;
    System.arraycopy(one, 0, dims, 1, one.length);
    return RandomFill.normal(new Generator(seed), DType.FLOAT32, Shape.of(dims), 0, 1);
  }

  /** Where a dense network is kept. */
  Path denseFile(long seed) {
    return plan.out()
        .resolve("dense")
        .resolve("%s-%s-%d.safetensors".formatted(pair.model(), pair.data(), seed));
  }

  TrialKey key(Method method, double ratio, long seed) {
    return new TrialKey(pair.model(), pair.data(), method.name(), ratio, seed);
  }

  /** Steps that a trial of a method takes. */
  long steps(Method method, double ratio) {
    return MethodRun.steps(method, training.ofTrial(0), ratio, layers);
  }

  /** Steps that a dense network takes. */
  long denseSteps() {
    return training.steps(recipe().epochs());
  }

  Provenance provenance(Instant started, Instant finished) {
    return new Provenance(
        digest,
        settings,
        plan.seeds(),
        machine.jdk(),
        machine.os(),
        machine.cpu(),
        machine.cores(),
        threads,
        Backends.of(Device.CPU).name(),
        Build.commit(),
        Build.version(),
        Crossover.standard().digest(),
        started,
        finished);
  }

  /**
   * Refuses what no network of this pair can reach, before any is trained.
   *
   * @throws IllegalArgumentException naming method, ratio and pair
   */
  void requireReachable(List<Method> methods, List<Double> ratios) {
    try (var _ = Scope.open("reachable")) {
      Module module = create(0);
      Tensor example = example(0);
      for (Method method : methods) {
        // Which weights score best does not change how many must stay.
        var pruner =
            new Pruner(module, method.withScorer(new Magnitude()), example, new Generator(0));
        for (double ratio : ratios) {
          pruner.requireReachable(ratio);
          requireBudget(method, ratio);
        }
      }
      module.close();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("study: " + pair.name() + ": " + e.getMessage(), e);
    }
  }

  /** All methods have the same epochs after pruning, so several rounds must share them. */
  private void requireBudget(Method method, double ratio) {
    int epochs = recipe().fineTuneEpochs();
    if (method.schedule() instanceof Schedule.Rounds schedule && epochs > 0) {
      int rounds = schedule.rounds(1 / ratio, layers);
      if (epochs < rounds) {
        throw new IllegalArgumentException(
            "%d fine-tuning epochs cannot be shared by the %d rounds of '%s'; give at least %d"
                .formatted(epochs, rounds, method.name(), rounds));
      }
    }
  }

  /**
   * Refuses to continue trials that were run otherwise.
   *
   * @throws IllegalArgumentException naming the trial and what differs
   */
  void requireSame(TrialResult done) {
    if (!done.key().model().equals(pair.model()) || !done.key().data().equals(pair.data())) {
      return;
    }
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
}
