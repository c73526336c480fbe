package dev.espalier.bench.reproduce;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.bench.study.Recipe;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.layer.Residual;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.surgery.Surgery;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ResNet-8 loses 30 % of the filters of each block's first convolution, those of smallest L1 norm
 * or those of largest, and trains on as in the paper: a quarter of the epochs at a constant rate of
 * 0.001.
 *
 * <p>Source: H. Li et al., Pruning Filters for Efficient ConvNets (2016), sections 3.3 and 4.4.
 *
 * @param epochs of the dense network
 * @param retraining epochs after pruning
 * @param perClass training images of each class
 */
record SmallestOrLargest(int epochs, int retraining, int perClass) implements SeedBySeed {
  private static final String MODEL = "resnet-8";
  private static final double MACS = 12.5e6;
  private static final double KEPT = 0.7;
  private static final double RATE = 0.001;
  private static final int COMPARED = 500;

  /** The sizes that the limits are meant for. */
  SmallestOrLargest() {
    this(20, 5, 1000);
  }

  @Override
  public String name() {
    return "smallest-vs-largest";
  }

  @Override
  public String description() {
    return "ResNet-8 loses 30 % of each block's first filters, the smallest or the largest"
        + " (Li et al. 2016)";
  }

  /** Ranks the largest norms last. */
  private record Largest() implements Scorer {
    @Override
    public String name() {
      return "largest-magnitude";
    }

    @Override
    public boolean needsData() {
      return false;
    }

    @Override
    public Score scores(ScoringContext context) {
      Score smallest = new Magnitude().scores(context);
      Map<String, Tensor> negative = new LinkedHashMap<>();
      smallest
          .byWeight()
          .forEach((name, values) -> negative.put(name, Elementwise.mulScalar(values, -1)));
      return new Score.Elements(name(), negative);
    }
  }

  @Override
  public List<String> data() {
    return List.of(CifarPart.NAME);
  }

  @Override
  public TrainTest images(Lab lab) throws IOException {
    return lab.data(CifarPart.NAME, new CifarPart(perClass));
  }

  @Override
  public void prepare(Lab lab, double images) {
    lab.expect(MODEL, MACS, images * epochs);
    lab.expect("pruned", MACS * 0.8, images * retraining);
    lab.note("retraining", "%d epochs at a rate of %s".formatted(retraining, RATE));
  }

  @Override
  public void run(Lab lab, TrainTest data, long seed, Tally tally) {
    Recipe recipe = Recipe.of(MODEL).withEpochs(epochs, 0);
    Arms errors = tally.errors();
    errors.add("dense", lab.error(lab.dense(MODEL, data, recipe, seed), data));
    Module largest = pruned(lab, data, recipe, seed, new Largest());
    errors.add("largest, before retraining", lab.error(largest, data));
    Module smallest = pruned(lab, data, recipe, seed, new Magnitude());
    errors.add("smallest, before retraining", lab.error(smallest, data));
    tally.others().add("change", shrink(lab, smallest, data));
    lab.train(
        "pruned",
        smallest,
        data,
        recipe,
        new Lab.Course(retraining, seed, 1),
        _ -> RATE / recipe.lr());
    errors.add("smallest, after retraining", lab.error(smallest, data));
  }

  private static Module pruned(Lab lab, TrainTest data, Recipe recipe, long seed, Scorer scorer) {
    Module module = lab.dense(MODEL, data, recipe, seed);
    Tensor example = lab.example(data);
    List<String> first = new ArrayList<>();
    module
        .namedModules()
        .forEach(
            (name, part) -> {
              if (part instanceof Residual) {
                first.add(name + ".body.0.weight");
              }
            });
    List<String> others =
        new FilterStructure()
            .groups(module, example).stream()
                .map(GroupSet::name)
                .filter(name -> !first.contains(name))
                .toList();
    lab.note("pruned layers", first);
    new Pruner(
            module,
            Methods.get("filter-magnitude").withScorer(scorer),
            example,
            lab.generator(seed, "scores"))
        .protecting(others)
        .pruneToDensity(KEPT);
    return module;
  }

  /** Cuts out what is masked; the largest change of an output relative to the largest output. */
  private static double shrink(Lab lab, Module module, TrainTest data) {
    double[] masked = outputs(module, data);
    try (var _ = Scope.open("shrinking")) {
      Surgery.shrink(module, lab.example(data));
    }
    double[] shrunk = outputs(module, data);
    double change = 0;
    double scale = 0;
    for (int i = 0; i < masked.length; i++) {
      change = Math.max(change, Math.abs(masked[i] - shrunk[i]));
      scale = Math.max(scale, Math.abs(masked[i]));
    }
    return change / scale;
  }

  private static double[] outputs(Module module, TrainTest data) {
    try (var loader =
            new DataLoader(
                data.test(),
                Augment.none(data.spec().normalization()),
                LoaderOptions.evaluation(Math.min(COMPARED, data.test().count())));
        var _ = Scope.open("outputs");
        var _ = module.evaluating();
        var _ = Autograd.noGrad()) {
      return module.forward(Variable.of(loader.next().images())).tensor().toDoubleArray();
    }
  }

  @Override
  public List<Finding> findings(Tally tally) {
    Arms errors = tally.errors();
    List<Finding> found = new ArrayList<>();
    found.add(
        Finding.atLeast(
            "error without the largest filters - without the smallest, before retraining",
            Unit.POINTS,
            5,
            errors.difference("largest, before retraining", "smallest, before retraining")));
    found.add(
        Finding.atMost(
            "error after retraining - dense",
            Unit.POINTS,
            1,
            errors.difference("smallest, after retraining", "dense")));
    found.add(
        Finding.atMost(
            "change of outputs by surgery", Unit.RELATIVE, 1e-4, tally.others().of("change")));
    found.addAll(errors.reported("error, ", Unit.PERCENT));
    return found;
  }
}
