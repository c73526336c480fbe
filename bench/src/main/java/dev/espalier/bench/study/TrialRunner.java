package dev.espalier.bench.study;

import dev.espalier.bench.machine.PairedLatency;
import dev.espalier.bench.report.LayerResult;
import dev.espalier.bench.report.Measurement;
import dev.espalier.bench.report.TrialKey;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.train.Metrics;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Method;
import dev.espalier.prune.MethodRun;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.compile.CompiledModel;
import dev.espalier.prune.compile.Compiler;
import dev.espalier.prune.compile.FormatChoice;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Runs single trials: prunes one dense network by one method to one ratio, trains on, measures. */
final class TrialRunner {
  private final PairRun pair;
  private final Training training;
  private final Desk desk;

  TrialRunner(PairRun pair, Desk desk) {
    this.pair = pair;
    this.training = pair.training();
    this.desk = desk;
  }

  /** The outcome of pruning and training, before size and speed are measured. */
  private record Outcome(RoundLog log, MethodRun.Cost cost, double seconds) {}

  TrialResult run(TrialKey key, Method method, DenseRun dense) throws IOException {
    Instant started = Instant.now();
    boolean startsTrained = MethodRun.startsTrained(method);
    Module module = startsTrained ? dense.trained() : dense.untrained();
    Desk.Watch watch = desk.watch(key.toString(), pair.work());
    try (var _ = Scope.open("trial")) {
      Tensor example = pair.example(key.seed());
      var generator = new Generator(key.seed()).split("pruning " + method.name());
      Pruner pruner = pair.pruner(module, method, example, generator);
      if (method.needsData()) {
        pruner
            .withData(training.sample(key.seed()))
            .withListener(
                (scorer, batch, batches) ->
                    desk.progress().scored(key + ", " + scorer, batch, batches));
      }
      Shape input = Models.entry(key.model()).input();
      MethodRun run =
          new MethodRun(
                  method, module, pruner, training.ofTrial(key.seed()), dense, input, generator)
              .withListener(watch);
      var log = new RoundLog(training, module, input);
      MethodRun.Cost cost = log.follow(run, startsTrained).run(pair.goal(key.ratio()));
      Optional<Path> kept = pair.networkFile(key);
      if (kept.isPresent()) {
        Files.createDirectories(kept.get().getParent());
        PrunedModelFile.write(kept.get(), module, pair.networkNotes());
      }
      return measure(
          key, method, module, dense, new Outcome(log, cost, watch.seconds()), example, started);
    } finally {
      desk.settle(pair, pair.steps(method, key.ratio()), watch);
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
    Metrics metrics = outcome.log.after();
    Optional<Metrics> before = outcome.log.before();
    ModelSummary summary = ModelSummary.of(module, Models.entry(key.model()).input());
    PairedLatency latencies = desk.quiet().alone(() -> latencies(module, dense, example));
    return new TrialResult(
        key,
        PairRun.composition(method),
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
        pair.latency().batch(),
        before.map(Metrics::top1).map(OptionalDouble::of).orElse(OptionalDouble.empty()),
        before.map(Metrics::top5).map(OptionalDouble::of).orElse(OptionalDouble.empty()),
        outcome.cost.epochs(),
        outcome.seconds,
        OptionalLong.of(outcome.cost.macs()),
        OptionalLong.of(dense.trainMacs()),
        layers(module, summary),
        outcome.log.rounds(),
        MaskDigest.of(module),
        pair.provenance(method, started, Instant.now()));
  }

  /** Latencies of the compiled pruned and the compiled dense network. */
  private PairedLatency latencies(Module module, DenseRun dense, Tensor example) {
    Module original = dense.trained();
    try (CompiledModel pruned = Compiler.compile(module, example);
        CompiledModel baseline = Compiler.compile(original, example, FormatChoice.dense())) {
      return PairedLatency.of(pruned, baseline, pair.latency().batch(), pair.latency().seconds());
    } finally {
      original.close();
    }
  }

  private static List<LayerResult> layers(Module module, ModelSummary summary) {
    Map<String, ModelSummary.Row> rows = new HashMap<>();
    summary.rows().forEach(row -> rows.putIfAbsent(row.name(), row));
    List<LayerResult> layers = new ArrayList<>();
    for (PrunableWeight weight : PrunableWeight.of(module)) {
      String layer = weight.name().substring(0, Math.max(0, weight.name().lastIndexOf('.')));
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
}
