package dev.espalier.bench.reproduce;

import dev.espalier.bench.study.Recipe;
import dev.espalier.bench.study.Training;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.layer.Init;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.surgery.Surgery;
import dev.espalier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * LeNet-5 loses, round by round, the maps of its second convolution and the neurons of its hidden
 * layer that are zero most often, more than a standard deviation above their layer's mean; between
 * rounds it is physically smaller and trains on. The last network is also trained from new weights,
 * for as many epochs as the rounds had.
 *
 * <p>Source: H. Hu, R. Peng, Y.-W. Tai, C.-K. Tang, Network Trimming (2016).
 *
 * @param epochs of the dense network
 * @param rounds of trimming
 * @param images that zeros are counted over
 */
record NetworkTrimming(int epochs, int rounds, int images) implements SeedBySeed {
  private static final String MODEL = "lenet-5-relu";
  private static final double MACS = 2_293_000;
  private static final double DEVIATIONS = 1;

  /** The sizes that the limits are meant for. */
  NetworkTrimming() {
    this(15, 4, 10_000);
  }

  @Override
  public String name() {
    return "apoz";
  }

  @Override
  public String description() {
    return "LeNet-5 loses what is zero most often, in four rounds with surgery (Hu et al. 2016)";
  }

  @Override
  public void prepare(Lab lab, double perEpoch) {
    lab.expect(MODEL, MACS, perEpoch * epochs);
    lab.expect("trimmed", MACS / 2, perEpoch * 2 * rounds);
    lab.note("rounds of one epoch", rounds);
    lab.note("images that zeros are counted over", images);
  }

  @Override
  public void run(Lab lab, TrainTest data, long seed, Tally tally) {
    Recipe recipe = Recipe.of(MODEL).withEpochs(epochs, 0).withScoreImages(images);
    Module module = lab.dense(MODEL, data, recipe, seed);
    long whole = parameters(module);
    tally.errors().add("dense", lab.error(module, data));
    for (int round = 1; round <= rounds; round++) {
      trim(lab, module, data, recipe, seed);
      lab.train("trimmed", module, data, recipe, new Lab.Course(1, seed, round));
    }
    tally.others().add("ratio", (double) whole / parameters(module));
    tally.errors().add("inherited weights", lab.error(module, data));
    Init.heNormal(lab.generator(seed, "new weights"), module);
    lab.train("trimmed", module, data, recipe, new Lab.Course(rounds, seed, rounds + 1));
    tally.errors().add("new weights", lab.error(module, data));
  }

  @Override
  public String latest(Tally tally) {
    return tally.others().latest(Unit.TIMES) + ", " + tally.errors().latest(Unit.PERCENT);
  }

  private static long parameters(Module module) {
    return ModelSummary.of(module, Models.entry(MODEL).input()).parameters();
  }

  private static void trim(Lab lab, Module module, TrainTest data, Recipe recipe, long seed) {
    try (var _ = Scope.open("trimming")) {
      new Pruner(module, Methods.get("apoz"), lab.example(data), lab.generator(seed, "scores"))
          .withData(new Training(data, recipe).sample(seed))
          .protecting(List.of("conv1"))
          .pruneOutliers(DEVIATIONS);
      Surgery.shrink(module, lab.example(data));
    }
  }

  @Override
  public List<Finding> findings(Tally tally) {
    Arms errors = tally.errors();
    List<Finding> found = new ArrayList<>();
    found.add(
        Finding.atLeast(
            "parameters of the dense over the trimmed network",
            Unit.TIMES,
            2.5,
            tally.others().of("ratio")));
    found.add(
        Finding.atMost(
            "error - dense", Unit.POINTS, 0.2, errors.difference("inherited weights", "dense")));
    found.add(
        Finding.atLeast(
            "error from new weights - from inherited ones",
            Unit.POINTS,
            0,
            errors.difference("new weights", "inherited weights")));
    found.addAll(errors.reported("error, ", Unit.PERCENT));
    return found;
  }
}
