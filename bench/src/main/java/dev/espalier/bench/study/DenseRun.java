package dev.espalier.bench.study;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.train.Metrics;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Origins;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * The dense network of one model and seed, which all trials of that seed start from: initial
 * weights, trained weights and accuracy.
 *
 * <p>The trained weights are kept in a file, so that a study that is resumed does not train them
 * again; the initial ones follow from the seed. Weights in between, which some methods rewind to,
 * are had by training to that step once more, bit for bit the same, and kept in files of their own.
 */
final class DenseRun implements Origins, AutoCloseable {
  private final String model;
  private final int classes;
  private final long seed;
  private final Map<String, Tensor> initial;
  private final Map<String, Tensor> trained;
  private final Metrics metrics;
  private final ModelSummary summary;
  private final long bytes;
  private final LongFunction<Map<String, Tensor>> replay;
  private final long steps;
  private final Map<Long, Map<String, Tensor>> between = new HashMap<>();
  private Module teacher;

  private DenseRun(
      String model,
      int classes,
      long seed,
      Module module,
      Map<String, Tensor> initial,
      Metrics metrics,
      long steps,
      LongFunction<Map<String, Tensor>> replay) {
    this.model = model;
    this.classes = classes;
    this.seed = seed;
    this.initial = initial;
    this.trained = snapshot(module);
    this.metrics = metrics;
    this.summary = ModelSummary.of(module, Models.entry(model).input());
    this.bytes = PrunedModelFile.bytes(module);
    this.steps = steps;
    this.replay = replay;
  }

  /**
   * Trains the network, or loads it from the file if that exists.
   *
   * @throws IllegalArgumentException if the network in the file was trained with other settings
   */
  static DenseRun of(
      String model,
      int classes,
      long seed,
      Path file,
      Recipe recipe,
      Training training,
      Progress progress) {
    Module module = create(model, classes, seed);
    try {
      Map<String, Tensor> initial = snapshot(module);
      if (Files.exists(file)) {
        requireSameSettings(file, training.denseSettings());
        PrunedModelFile.load(file, module);
        progress.skip(training.steps(recipe.epochs()));
      } else {
        training.trainDense(module, seed, progress.listener("dense " + model + ", seed " + seed));
        PrunedModelFile.write(file, module, training.denseSettings());
      }
      return new DenseRun(
          model,
          classes,
          seed,
          module,
          initial,
          training.evaluate(module),
          training.steps(recipe.epochs()),
          step -> between(create(model, classes, seed), seed, step, file, training, progress));
    } finally {
      module.close();
    }
  }

  /** Loads the weights after a step from a file, or trains to it and writes the file. */
  private static Map<String, Tensor> between(
      Module module, long seed, long step, Path trained, Training training, Progress progress) {
    String name = trained.getFileName().toString().replace(".safetensors", "");
    Path file = trained.resolveSibling("%s-step-%d.safetensors".formatted(name, step));
    try {
      if (Files.exists(file)) {
        requireSameSettings(file, training.denseSettings());
        PrunedModelFile.load(file, module);
      } else {
        progress.say("training %s to step %d again, for rewinding".formatted(name, step));
        training.trainDense(module, seed, new StopAt(step));
        PrunedModelFile.write(file, module, training.denseSettings());
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

  private static void requireSameSettings(Path file, Map<String, String> settings) {
    Map<String, String> trained = PrunedModelFile.notes(file);
    if (!trained.equals(settings)) {
      throw new IllegalArgumentException(
          "study: %s was trained with other settings (%s, now %s); use another --out, or remove the file"
              .formatted(file, trained, settings));
    }
  }

  private static Module create(String model, int classes, long seed) {
    return Models.create(model, classes, new Generator(seed).split("initial weights"));
  }

  private static Map<String, Tensor> snapshot(Module module) {
    Map<String, Tensor> copy = new LinkedHashMap<>();
    module.stateDict().forEach((name, tensor) -> copy.put(name, Scope.detach(tensor.copy())));
    return copy;
  }

  /** A new module with the initial weights. */
  Module untrained() {
    Module module = create(model, classes, seed);
    module.loadStateDict(initial);
    return module;
  }

  /** A new module with the trained weights. */
  Module trained() {
    Module module = create(model, classes, seed);
    module.loadStateDict(trained);
    return module;
  }

  @Override
  public synchronized Map<String, Tensor> dense(double share) {
    long step = Math.round(share * steps);
    if (step == 0) {
      return initial;
    }
    return step >= steps ? trained : between.computeIfAbsent(step, replay::apply);
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

  /** Size of the dense network's file. */
  long bytes() {
    return bytes;
  }

  long seed() {
    return seed;
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
