package dev.espalier.bench.reproduce;

import dev.espalier.bench.study.Recipe;
import dev.espalier.bench.study.Training;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Floors;
import dev.espalier.prune.Goal;
import dev.espalier.prune.Method;
import dev.espalier.prune.MethodRun;
import dev.espalier.prune.Origins;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.schedule.BackToFront;
import dev.espalier.prune.score.Correlation;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * LeNet-300-100 is thinned layer by layer from the last to the first, by correlation of a neuron
 * with its inputs or at random; and the same masks are trained from new weights.
 *
 * <p>Source: Y. Sun, X. Wang, X. Tang, Sparsifying Neural Network Connections for Face Recognition
 * (2016). The network from new weights trains for as many epochs as the thinned one has had, dense
 * ones included, in one run of the schedule.
 *
 * @param epochs of the dense network
 * @param stepEpochs after each layer
 * @param images that the correlations are taken over
 */
record CorrelatedLayers(int epochs, int stepEpochs, int images) implements SeedBySeed {
  private static final String MODEL = "lenet-300-100";
  private static final double MACS = 266_200;
  private static final int LAYERS = 3;
  private static final double KEPT = 0.12;

  private static final Origins NONE_NEEDED =
      new Origins() {
        @Override
        public Map<String, Tensor> dense(double share) {
          throw new IllegalStateException("correlation: weights of the dense run are not kept");
        }

        @Override
        public Module teacher() {
          throw new IllegalStateException("correlation: there is no teacher");
        }
      };

  /** The sizes that the limits are meant for. */
  CorrelatedLayers() {
    this(15, 4, 5000);
  }

  @Override
  public String name() {
    return "correlation";
  }

  @Override
  public String description() {
    return "LeNet-300-100 keeps 12 % of each layer, last to first, by correlation or at random"
        + " (Sun et al. 2016)";
  }

  private Recipe recipe() {
    return Recipe.of(MODEL).withEpochs(epochs, 0).withScoreImages(images);
  }

  @Override
  public void prepare(Lab lab, double perEpoch) {
    lab.expect(MODEL, MACS, perEpoch * epochs);
    lab.expect("thinned", MACS, perEpoch * 2 * LAYERS * stepEpochs);
    lab.expect("from new weights", MACS * KEPT, perEpoch * (epochs + LAYERS * stepEpochs));
    lab.note("kept of each layer", KEPT);
    lab.note("epochs after each layer", stepEpochs);
    lab.note("images that correlations see", images);
  }

  @Override
  public void run(Lab lab, TrainTest data, long seed, Tally tally) {
    Recipe recipe = recipe();
    Module dense = lab.dense(MODEL, data, recipe, seed);
    tally.errors().add("dense", lab.error(dense, data));
    Module chosen = thin(lab, data, recipe, seed, Correlation.stochastic());
    tally.errors().add("correlation", lab.error(chosen, data));
    Module drawn = thin(lab, data, recipe, seed, new RandomScore());
    tally.errors().add("random", lab.error(drawn, data));
    Module fresh = lab.untrained(MODEL, data, seed, "new weights");
    takeMasks(chosen, fresh);
    var course = new Lab.Course(epochs + LAYERS * stepEpochs, seed);
    lab.train("from new weights", fresh, data, recipe, course);
    tally.errors().add("from new weights", lab.error(fresh, data));
  }

  private Module thin(Lab lab, TrainTest data, Recipe recipe, long seed, Scorer scorer) {
    Module module = lab.dense(MODEL, data, recipe, seed);
    var method =
        new Method(
            scorer.name(),
            "layer by layer",
            new ElementStructure(),
            scorer,
            RankingScope.LOCAL,
            new BackToFront(),
            new Continue(),
            Floors.NONE);
    var generator = lab.generator(seed, scorer.name());
    var training = new Training(data, recipe);
    try (var _ = Scope.open("correlation")) {
      var pruner =
          new Pruner(module, method, lab.example(data), generator).withData(training.sample(seed));
      new MethodRun(
              method,
              module,
              pruner,
              training.ofStored(seed, stepEpochs),
              NONE_NEEDED,
              Models.entry(MODEL).input(),
              generator)
          .withListener(lab.listener("thinned"))
          .run(new Goal.Density(KEPT));
    }
    return module;
  }

  private static void takeMasks(Module from, Module to) {
    Map<String, Parameter> parameters = to.namedParameters();
    from.namedParameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.mask() != null) {
                parameters.get(name).setMask(parameter.mask(), Parameter.MaskMode.HARD);
              }
            });
  }

  @Override
  public List<Finding> findings(Tally tally) {
    Arms errors = tally.errors();
    List<Finding> found = new ArrayList<>();
    found.add(
        Finding.atMost(
            "error by correlation - dense",
            Unit.POINTS,
            0.4,
            errors.difference("correlation", "dense")));
    found.add(
        Finding.atLeast(
            "error by random choice - by correlation",
            Unit.POINTS,
            0.1,
            errors.difference("random", "correlation")));
    found.add(
        Finding.atLeast(
            "error of the same masks from new weights - by correlation",
            Unit.POINTS,
            0,
            errors.difference("from new weights", "correlation")));
    found.addAll(errors.reported("error, ", Unit.PERCENT));
    return found;
  }
}
