package dev.espalier.bench.study;

import dev.espalier.bench.machine.PairedLatency;
import dev.espalier.bench.report.Composition;
import dev.espalier.bench.report.LayerResult;
import dev.espalier.bench.report.Measurement;
import dev.espalier.bench.report.Provenance;
import dev.espalier.bench.report.TrialKey;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.train.Metrics;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.GradualPruning;
import dev.espalier.prune.Method;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.Schedule;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.compile.CompiledModel;
import dev.espalier.prune.compile.Compiler;
import dev.espalier.prune.compile.FormatChoice;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BiFunction;

/** Runs single trials: prunes one dense network by one method to one ratio, trains on, measures. */
final class TrialRunner {
  /** Images that data-dependent scorers see: one shuffled batch. */
  private static final int SAMPLE = 256;

  private static final double LATENCY_SECONDS = 0.25;
  private static final int EXAMPLE_ROWS = 4;

  private final TrainTest data;
  private final Recipe recipe;
  private final Training training;
  private final Progress progress;
  private final int latencyBatch;
  private final BiFunction<Instant, Instant, Provenance> provenance;

  TrialRunner(
      TrainTest data,
      Recipe recipe,
      Training training,
      Progress progress,
      int latencyBatch,
      BiFunction<Instant, Instant, Provenance> provenance) {
    this.data = data;
    this.recipe = recipe;
    this.training = training;
    this.progress = progress;
    this.latencyBatch = latencyBatch;
    this.provenance = provenance;
  }

  /** Steps that a trial of a method takes. */
  long steps(Method method) {
    return switch (method.schedule()) {
      case Schedule.Gradual _ -> training.steps(recipe.epochs() + recipe.fineTuneEpochs());
      case Schedule.Rounds rounds -> training.steps(epochsPerRound(rounds) * rounds.rounds());
    };
  }

  private int epochsPerRound(Schedule.Rounds rounds) {
    return Math.ceilDiv(recipe.fineTuneEpochs(), rounds.rounds());
  }

  /** The outcome of pruning and training, before anything is measured. */
  private record Outcome(OptionalDouble top1Before, int epochs, double seconds) {}

  TrialResult run(TrialKey key, Method method, DenseRun dense) {
    Instant started = Instant.now();
    Module module =
        method.schedule() instanceof Schedule.Gradual ? dense.untrained() : dense.trained();
    try (var _ = Scope.open("trial")) {
      Tensor example =
          RandomFill.normal(
              new Generator(key.seed()),
              DType.FLOAT32,
              batchShape(key.model(), EXAMPLE_ROWS),
              0,
              1);
      var generator = new Generator(key.seed()).split("pruning " + method.name());
      var pruner = new Pruner(module, method, example, generator);
      if (method.scorer().needsData()) {
        pruner.withData(sample(key.seed()));
      }
      Outcome outcome =
          switch (method.schedule()) {
            case Schedule.Gradual gradual -> gradually(key, module, pruner, gradual);
            case Schedule.Rounds rounds ->
                inRounds(key, method, module, pruner, rounds, dense, generator);
          };
      return measure(key, method, module, dense, outcome, example, started);
    } finally {
      module.close();
    }
  }

  private Outcome gradually(TrialKey key, Module module, Pruner pruner, Schedule.Gradual schedule) {
    int epochs = recipe.epochs() + recipe.fineTuneEpochs();
    var pruning = new GradualPruning(pruner, schedule, key.ratio(), training.steps(epochs));
    TrainingListener steps =
        new TrainingListener() {
          @Override
          public void afterStep(Trainer trainer, StepEvent event) {
            pruning.afterStep(event.step());
          }
        };
    long start = System.nanoTime();
    TrainingListener watcher = pruner.observer().orElse(new TrainingListener() {});
    TrainingListener shown = progress.listener(key.toString());
    training.train(module, epochs, true, key.seed(), watcher, steps, shown);
    return new Outcome(OptionalDouble.empty(), epochs, (System.nanoTime() - start) / 1e9);
  }

  private Outcome inRounds(
      TrialKey key,
      Method method,
      Module module,
      Pruner pruner,
      Schedule.Rounds rounds,
      DenseRun dense,
      Generator generator) {
    double last = pruner.densityFor(key.ratio());
    double before = Double.NaN;
    int epochs = epochsPerRound(rounds);
    TrainingListener listener = progress.listener(key.toString());
    long nanos = 0;
    for (int round = 1; round <= rounds.rounds(); round++) {
      pruner.pruneToDensity(rounds.density(round, last));
      before = training.evaluate(module).top1();
      method.fineTune().prepare(module, dense.initial(), generator);
      long start = System.nanoTime();
      training.train(module, epochs, false, key.seed() + 1000L * round, listener);
      nanos += System.nanoTime() - start;
    }
    return new Outcome(OptionalDouble.of(before), epochs * rounds.rounds(), nanos / 1e9);
  }

  private TrialResult measure(
      TrialKey key,
      Method method,
      Module module,
      DenseRun dense,
      Outcome outcome,
      Tensor example,
      Instant started) {
    Metrics metrics = training.evaluate(module);
    ModelSummary summary = ModelSummary.of(module, Models.entry(key.model()).input());
    PairedLatency latencies = latencies(module, dense, example);
    return new TrialResult(
        key,
        new Composition(
            method.structure().name(),
            method.scorer().name(),
            method.scope().label(),
            method.schedule().name(),
            method.fineTune().name()),
        new Measurement(
            metrics.top1(),
            metrics.top5(),
            summary.nonZero(),
            summary.remainingMacs(),
            PrunedModelFile.bytes(module),
            latencies.millis()),
        new Measurement(
            dense.metrics().top1(),
            dense.metrics().top5(),
            dense.summary().parameters(),
            dense.summary().macs(),
            dense.bytes(),
            latencies.otherMillis()),
        latencyBatch,
        outcome.top1Before,
        outcome.epochs,
        outcome.seconds,
        layers(module, summary),
        MaskDigest.of(module),
        provenance.apply(started, Instant.now()));
  }

  /** Latencies of the compiled pruned and the compiled dense network. */
  private PairedLatency latencies(Module module, DenseRun dense, Tensor example) {
    Module original = dense.trained();
    try (CompiledModel pruned = Compiler.compile(module, example);
        CompiledModel baseline = Compiler.compile(original, example, FormatChoice.dense())) {
      return PairedLatency.of(pruned, baseline, latencyBatch, LATENCY_SECONDS);
    } finally {
      original.close();
    }
  }

  private static List<LayerResult> layers(Module module, ModelSummary summary) {
    Map<String, ModelSummary.Row> rows = new HashMap<>();
    summary.rows().forEach(row -> rows.putIfAbsent(row.name(), row));
    List<LayerResult> layers = new ArrayList<>();
    for (PrunableWeight weight : PrunableWeight.of(module)) {
      String layer =
          weight.name().substring(0, Math.max(0, weight.name().length() - ".weight".length()));
      layers.add(
          new LayerResult(
              weight.name(),
              Arrays.stream(weight.parameter().shape().toArray()).boxed().toList(),
              weight.parameter().tensor().size(),
              weight.parameter().kept(),
              rows.get(layer).remainingMacs()));
    }
    return layers;
  }

  private ScoringContext.Sample sample(long seed) {
    try (var loader =
        new DataLoader(
            data.train(),
            Augment.none(data.spec().normalization()),
            LoaderOptions.training(SAMPLE, seed))) {
      var batch = loader.next();
      return new ScoringContext.Sample(
          batch.images().copy(), batch.labels().copy(), new CrossEntropy());
    }
  }

  private static Shape batchShape(String model, int rows) {
    int[] one = Models.entry(model).input().toArray();
    int[] dims = new int[one.length + 1];
    dims[0] = rows;
    System.arraycopy(one, 0, dims, 1, one.length);
    return Shape.of(dims);
  }
}
