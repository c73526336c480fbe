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
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.train.Metrics;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Goal;
import dev.espalier.prune.Method;
import dev.espalier.prune.MethodRun;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Pruner;
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
  private static final double LATENCY_SECONDS = 0.25;
  private static final int EXAMPLE_ROWS = 4;

  private final TrainTest data;
  private final Training training;
  private final Progress progress;
  private final int latencyBatch;
  private final BiFunction<Instant, Instant, Provenance> provenance;

  TrialRunner(
      TrainTest data,
      Training training,
      Progress progress,
      int latencyBatch,
      BiFunction<Instant, Instant, Provenance> provenance) {
    this.data = data;
    this.training = training;
    this.progress = progress;
    this.latencyBatch = latencyBatch;
    this.provenance = provenance;
  }

  /** Steps that a trial of a method takes. */
  long steps(Method method, String model, double ratio) {
    return MethodRun.steps(method, training.ofTrial(0), ratio, layers(method, model));
  }

  /** The number of prunable layers, where it decides about the number of rounds. */
  private int layers(Method method, String model) {
    if (!method.schedule().tellsLayersApart()) {
      return 1;
    }
    Module module = Models.create(model, data.spec().classes(), new Generator(0));
    try {
      return PrunableWeight.of(module).size();
    } finally {
      module.close();
    }
  }

  /** The outcome of pruning and training, before anything is measured. */
  private record Outcome(OptionalDouble top1Before, int epochs, double seconds) {}

  TrialResult run(TrialKey key, Method method, DenseRun dense) {
    Instant started = Instant.now();
    Module module = MethodRun.startsTrained(method) ? dense.trained() : dense.untrained();
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
        pruner.withData(training.sample(key.seed()));
      }
      double[] before = {Double.NaN};
      MethodRun run =
          new MethodRun(
                  method,
                  module,
                  pruner,
                  training.ofTrial(key.seed()),
                  dense,
                  Models.entry(key.model()).input(),
                  generator)
              .withListener(progress.listener(key.toString()))
              .whenPruned(_ -> before[0] = training.evaluate(module).top1());
      MethodRun.Cost cost = run.run(new Goal.Ratio(key.ratio()));
      progress.skip(
          Math.max(0, steps(method, key.model(), key.ratio()) - training.steps(cost.epochs())));
      OptionalDouble top1Before =
          MethodRun.startsTrained(method) ? OptionalDouble.of(before[0]) : OptionalDouble.empty();
      return measure(
          key,
          method,
          module,
          dense,
          new Outcome(top1Before, cost.epochs(), cost.seconds()),
          example,
          started);
    } finally {
      module.close();
    }
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

  private static Shape batchShape(String model, int rows) {
    int[] one = Models.entry(model).input().toArray();
    int[] dims = new int[one.length + 1];
    dims[0] = rows;
    System.arraycopy(one, 0, dims, 1, one.length);
    return Shape.of(dims);
  }
}
