package dev.espalier.bench.study;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.train.Metrics;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The dense network of one model and seed, which all trials of that seed start from: initial
 * weights, trained weights and accuracy.
 *
 * <p>The trained weights are kept in a file, so that a study that is resumed does not train them
 * again; the initial ones follow from the seed.
 */
final class DenseRun implements AutoCloseable {
  private final PairRun pair;
  private final long seed;
  private final Map<String, Tensor> initial;
  private final Map<String, Tensor> trained;
  private final Metrics metrics;
  private final ModelSummary summary;
  private final long bytes;

  private DenseRun(PairRun pair, long seed, Module module, Map<String, Tensor> initial) {
    this.pair = pair;
    this.seed = seed;
    this.initial = initial;
    this.trained = snapshot(module);
    this.metrics = pair.training().evaluate(module);
    this.summary = ModelSummary.of(module, Models.entry(pair.pair().model()).input());
    this.bytes = PrunedModelFile.bytes(module);
  }

  /** Trains the network, or loads it from its file if that exists. */
  static DenseRun of(PairRun pair, long seed, Desk desk) {
    Path file = pair.denseFile(seed);
    Training training = pair.training();
    Module module = pair.create(seed);
    try {
      Map<String, Tensor> initial = snapshot(module);
      if (Files.exists(file)) {
        PrunedModelFile.load(file, module);
        desk.skip(pair, pair.denseSteps(), false);
      } else {
        String what = "dense %s, seed %d".formatted(pair.pair().name(), seed);
        training.train(module, pair.recipe().epochs(), false, seed, desk.watch(what, pair.work()));
        PrunedModelFile.write(file, module, training.denseSettings());
      }
      return new DenseRun(pair, seed, module, initial);
    } finally {
      module.close();
    }
  }

  /**
   * Refuses a stored network that is not the one wanted.
   *
   * @throws IllegalArgumentException if the network in the file was trained with other settings
   */
  static void requireUsable(PairRun pair, long seed) {
    Path file = pair.denseFile(seed);
    if (!Files.exists(file)) {
      return;
    }
    Map<String, String> settings = pair.training().denseSettings();
    Map<String, String> trained = PrunedModelFile.notes(file);
    if (!trained.equals(settings)) {
      throw new IllegalArgumentException(
          "study: %s was trained with other settings (%s, now %s); use another --out, or remove the file"
              .formatted(file, trained, settings));
    }
  }

  private static Map<String, Tensor> snapshot(Module module) {
    Map<String, Tensor> copy = new LinkedHashMap<>();
    module.stateDict().forEach((name, tensor) -> copy.put(name, Scope.detach(tensor.copy())));
    return copy;
  }

  /** A new module with the initial weights. */
  Module untrained() {
    Module module = pair.create(seed);
    module.loadStateDict(initial);
    return module;
  }

  /** A new module with the trained weights. */
  Module trained() {
    Module module = pair.create(seed);
    module.loadStateDict(trained);
    return module;
  }

  Map<String, Tensor> initial() {
    return initial;
  }

  Metrics metrics() {
    return metrics;
  }

  ModelSummary summary() {
    return summary;
  }

  /** Size of the dense network's file. */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    initial.values().forEach(Tensor::close);
    trained.values().forEach(Tensor::close);
  }
}
