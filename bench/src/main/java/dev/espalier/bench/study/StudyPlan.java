package dev.espalier.bench.study;

import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import java.nio.file.Path;
import java.util.List;

/**
 * The grid of a study.
 *
 * @param models names of networks
 * @param data name of the data set
 * @param dataOptions where it is and how much of it
 * @param methods names of pruning methods
 * @param ratios compression ratios above 1; the dense network is always measured
 * @param seeds one dense network per seed and model, shared by all methods
 * @param recipe how to train; null takes each model's own
 * @param latencyBatch rows per call in the latency measurement
 * @param out the folder for results, report and dense networks
 */
public record StudyPlan(
    List<String> models,
    String data,
    DatasetOptions dataOptions,
    List<String> methods,
    List<Double> ratios,
    List<Long> seeds,
    RecipeChoice recipe,
    int latencyBatch,
    Path out) {

  /** Gives the recipe of a model. */
  @FunctionalInterface
  public interface RecipeChoice {
    /** The recipe for a model's name. */
    Recipe of(String model);
  }

  /** Checks names and numbers before anything is loaded. */
  public StudyPlan {
    models.forEach(Models::entry);
    Datasets.spec(data);
    methods.forEach(Methods::get);
    for (double ratio : ratios) {
      if (!(ratio > 1) || Double.isInfinite(ratio)) {
        throw new IllegalArgumentException(
            "study: a compression ratio must be above 1 but is " + ratio);
      }
    }
    if (models.isEmpty() || methods.isEmpty() || ratios.isEmpty() || seeds.isEmpty()) {
      throw new IllegalArgumentException("study: needs at least one model, method, ratio and seed");
    }
    if (latencyBatch < 1) {
      throw new IllegalArgumentException(
          "study: the latency batch must be >= 1 but is " + latencyBatch);
    }
    models = List.copyOf(models);
    methods = List.copyOf(methods);
    ratios = List.copyOf(ratios);
    seeds = List.copyOf(seeds);
  }

  /** The methods themselves. */
  public List<Method> resolvedMethods() {
    return methods.stream().map(Methods::get).toList();
  }

  /** Number of trials. */
  public int trials() {
    return models.size() * methods.size() * ratios.size() * seeds.size();
  }
}
