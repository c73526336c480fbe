package dev.espalier.bench.study;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.train.Metrics;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Origins;
import dev.espalier.prune.TrainingMacs;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The dense network of one model and seed, which all trials of that seed start from: initial
 * weights, trained weights and accuracy.
 *
 * <p>The trained weights are kept in a file, so that a study that is resumed does not train them
 * again; the initial ones follow from the seed. Weights in between, which some methods rewind to,
 * are had by training to that step once more, bit for bit the same, and kept in files of their own.
 */
final class DenseRun implements Origins, AutoCloseable {
  private final PairRun pair;
  private final Desk desk;
  private final long seed;
  private final Map<String, Tensor> initial;
  private final Map<String, Tensor> trained;
  private final Metrics metrics;
  private final ModelSummary summary;
  private final long bytes;
  private final Map<Long, Map<String, Tensor>> between = new HashMap<>();
  private Module teacher;

  private DenseRun(PairRun pair, Desk desk, long seed, Module module, Map<String, Tensor> initial) {
    this.pair = pair;
    this.desk = desk;
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
        Desk.Watch watch = desk.watch(what, pair.work());
        try {
          training.trainDense(module, seed, watch);
        } finally {
          desk.settle(pair, pair.denseSteps(), watch);
        }
        PrunedModelFile.write(file, module, training.denseSettings());
      }
      return new DenseRun(pair, desk, seed, module, initial);
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
    if (Files.exists(file)) {
      requireSameSettings(file, pair.training().denseSettings());
    }
  }

  private static void requireSameSettings(Path file, Map<String, String> settings) {
    Map<String, String> trained = new TreeMap<>(Recipe.UNSAID);
    trained.putAll(PrunedModelFile.notes(file));
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

  @Override
  public synchronized Map<String, Tensor> dense(double share) {
    long steps = pair.denseSteps();
    long step = Math.round(share * steps);
    if (step == 0) {
      return initial;
    }
    return step >= steps ? trained : between.computeIfAbsent(step, this::replay);
  }

  /** Loads the weights after a step from a file, or trains to it and writes the file. */
  private Map<String, Tensor> replay(long step) {
    Path whole = pair.denseFile(seed);
    String name = whole.getFileName().toString().replace(".safetensors", "");
    Path file = whole.resolveSibling("%s-step-%d.safetensors".formatted(name, step));
    Module module = pair.create(seed);
    try {
      if (Files.exists(file)) {
        requireSameSettings(file, pair.training().denseSettings());
        PrunedModelFile.load(file, module);
      } else {
        String what = "%s to step %d again, for rewinding".formatted(name, step);
        desk.progress().say("training " + what);
        desk.forecast().announce(pair.work(), step, false);
        Desk.Watch watch = desk.watch(what, pair.work());
        try {
          pair.training().trainDense(module, seed, watch, new StopAt(step));
        } finally {
          desk.settle(pair, step, watch);
        }
        PrunedModelFile.write(file, module, pair.training().denseSettings());
      }
      return snapshot(module);
    } finally {
      module.close();
    }
  }

  /** Ends a run after a step. */
  private record StopAt(long step) implements TrainingListener {
    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      if (event.step() == step) {
        trainer.requestStop();
      }
    }
  }

  @Override
  public synchronized Module teacher() {
    if (teacher == null) {
      teacher = trained().eval();
    }
    return teacher;
  }

  Metrics metrics() {
    return metrics;
  }

  ModelSummary summary() {
    return summary;
  }

  /** Multiply-adds of its training. */
  long trainMacs() {
    return TrainingMacs.of((double) summary.macs(), pair.training().images(pair.recipe().epochs()));
  }

  /** Size of the dense network's file. */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    initial.values().forEach(Tensor::close);
    trained.values().forEach(Tensor::close);
    between.values().forEach(state -> state.values().forEach(Tensor::close));
    if (teacher != null) {
      teacher.close();
    }
  }
}
