package dev.espalier.bench.reproduce;

import dev.espalier.bench.study.Recipe;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.layer.Maxout;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.ScoringData;
import dev.espalier.prune.ScoringListener;
import dev.espalier.prune.score.MaxoutWins;
import dev.espalier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Units of four linear neurons lose, again and again, the neuron that is least often the largest
 * over the training set.
 *
 * <p>Source: F. Moya Rueda, R. Grzeszick, G. Fink, Neuron Pruning for Compressing Deep Networks
 * using Maxout Architectures (2017). A unit of one neuron is rectified, see {@link Maxout}.
 *
 * @param model the network
 * @param macs multiply-adds of the network
 * @param epochs of the network as it starts
 * @param stepEpochs after each removal
 * @param last neurons per unit at the end
 */
record MaxoutShrinking(
    String name,
    String description,
    String model,
    double macs,
    int epochs,
    int stepEpochs,
    int last)
    implements SeedBySeed {
  private static final int PIECES = 4;
  private static final int BATCH = 500;
  private static final String DENSE = "weights";
  private static final String LEFT = "weights left";

  /** 784-(100 units of 4)-10, down to 2. */
  static MaxoutShrinking perceptron() {
    return new MaxoutShrinking(
        "maxout",
        "100 maxout units of a perceptron shrink from 4 neurons to 2 (Rueda et al. 2017)",
        "maxout-100",
        314_600,
        10,
        5,
        2);
  }

  /** LeNet-5 with 125 units of 4 as its hidden layer, down to 1. */
  static MaxoutShrinking leNet() {
    return new MaxoutShrinking(
        "maxout-lenet-5",
        "125 maxout units in LeNet-5 shrink from 4 neurons to 1, which takes 70 % of all weights"
            + " (Rueda et al. 2017)",
        "lenet-5-maxout",
        2_290_000,
        15,
        3,
        1);
  }

  /** The same with an epoch for each part. */
  MaxoutShrinking inSmall() {
    return new MaxoutShrinking(name, description, model, macs, 1, 1, last);
  }

  @Override
  public void prepare(Lab lab, double images) {
    lab.expect(name, macs, images * (epochs + stepEpochs * (PIECES - last)));
    lab.note("recipe", recipe().settings());
    lab.note("epochs after each removal", stepEpochs);
  }

  private Recipe recipe() {
    return Recipe.of(model).withEpochs(epochs, 0);
  }

  @Override
  public void run(Lab lab, TrainTest data, long seed, Tally tally) {
    Module module = lab.untrained(model, data, seed, "initial weights");
    tally.others().add(DENSE, (double) weights(module));
    lab.train(name, module, data, recipe(), new Lab.Course(epochs, seed));
    tally.errors().add(arm(PIECES), lab.error(module, data));
    for (int pieces = PIECES - 1; pieces >= last; pieces--) {
      removeWeakest(lab, module, data, seed);
      lab.train(name, module, data, recipe(), new Lab.Course(stepEpochs, seed, PIECES - pieces));
      tally.errors().add(arm(pieces), lab.error(module, data));
    }
    tally.others().add(LEFT, (double) weights(module));
  }

  private static String arm(int pieces) {
    return "k = " + pieces;
  }

  /** Elements of weights, without biases. */
  private static long weights(Module module) {
    return PrunableWeight.of(module).stream().mapToLong(w -> w.parameter().tensor().size()).sum();
  }

  private void removeWeakest(Lab lab, Module module, TrainTest data, long seed) {
    try (var loader =
            new DataLoader(
                data.train(),
                Augment.none(data.spec().normalization()),
                LoaderOptions.training(Math.min(BATCH, data.train().count()), seed));
        var _ = Scope.open("maxout wins")) {
      var context =
          new ScoringContext(
              module,
              PrunableWeight.of(module),
              lab.example(data),
              ScoringData.of(loader, loader.batchesPerEpoch(), new CrossEntropy()),
              ScoringListener.NONE,
              lab.generator(seed, "scores"));
      MaxoutWins.removeWeakest(module, new MaxoutWins().scores(context));
    }
  }

  @Override
  public List<Finding> findings(Tally tally) {
    Arms errors = tally.errors();
    double dense = tally.others().of(DENSE).getFirst();
    double left = tally.others().of(LEFT).getFirst();
    List<Finding> found = new ArrayList<>();
    for (int pieces = PIECES - 1; pieces >= last; pieces--) {
      String what = "error at %s - at %s".formatted(arm(pieces), arm(PIECES));
      List<Double> change = errors.difference(arm(pieces), arm(PIECES));
      boolean limited = last > 1 || pieces == last;
      found.add(
          limited
              ? Finding.atMost(what, Unit.POINTS, 0.2, change)
              : Finding.reported(what, Unit.POINTS, change));
    }
    double gone = 100 * (dense - left) / dense;
    String what = "weights removed, of " + Math.round(dense);
    found.add(
        last > 1
            ? Finding.reported(what, Unit.PERCENT, List.of(gone))
            : Finding.near(what, Unit.PERCENT, 70, 0.01, gone));
    found.addAll(errors.reported("error, ", Unit.PERCENT));
    return found;
  }
}
