package dev.espalier.bench.reproduce;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.bench.study.Recipe;
import dev.espalier.bench.study.Training;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Methods;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.ScoringData;
import dev.espalier.prune.ScoringListener;
import dev.espalier.prune.score.ActivationMean;
import dev.espalier.prune.score.Apoz;
import dev.espalier.prune.score.GradCam;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.prune.score.TaylorActivation;
import dev.espalier.prune.structure.NeuronStructure;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well scores rank the neurons of LeNet-300-100's first layer: rank correlation with the
 * oracle, the change of the loss when the neuron alone is removed.
 *
 * <p>Source: P. Molchanov et al., Pruning Convolutional Neural Networks for Resource Efficient
 * Inference (2016), oracle-abs. The score after R. Selvaraju et al., Grad-CAM (2017) is asked
 * besides for half of the neurons of both layers, removed at once and not trained on.
 *
 * @param epochs of the dense network
 * @param images training images, drawn at random, that oracle and scores see
 */
record NeuronOracle(int epochs, int images) implements SeedBySeed {
  private static final String MODEL = "lenet-300-100";
  private static final double MACS = 266_200;

  /** The sizes that the limits are meant for. */
  NeuronOracle() {
    this(15, 5000);
  }

  @Override
  public String name() {
    return "oracle";
  }

  @Override
  public String description() {
    return "ranks neurons of LeNet-300-100 by scores and by removing each (P. Molchanov et al."
        + " 2016), and halves it by Grad-CAM";
  }

  private static Map<String, Scorer> scorers() {
    Map<String, Scorer> scorers = new LinkedHashMap<>();
    scorers.put("taylor", new TaylorActivation());
    scorers.put("L1 norm", new Magnitude());
    scorers.put("mean activation", new ActivationMean());
    scorers.put("grad-cam", new GradCam());
    scorers.put("apoz", new Apoz());
    scorers.put("random", new RandomScore());
    return scorers;
  }

  @Override
  public void prepare(Lab lab, double perEpoch) {
    lab.expect(MODEL, MACS, perEpoch * epochs);
  }

  @Override
  public void run(Lab lab, TrainTest data, long seed, Tally tally) {
    Recipe recipe = Recipe.of(MODEL).withEpochs(epochs, 0).withScoreImages(images);
    Module module = lab.dense(MODEL, data, recipe, seed);
    try (var _ = Scope.open("oracle")) {
      ScoringData sample = new Training(data, recipe).sample(seed);
      rank(lab, module, data, sample, seed, tally.others());
      for (String method : List.of("grad-cam", "taylor", "filter-magnitude")) {
        Module half = lab.dense(MODEL, data, recipe, seed);
        new Pruner(half, Methods.get(method), lab.example(data), lab.generator(seed, method))
            .withData(sample)
            .pruneToDensity(0.5);
        tally.errors().add(method, lab.error(half, data));
      }
    }
  }

  @Override
  public String latest(Tally tally) {
    return tally.others().latest(Unit.NUMBER);
  }

  @Override
  public List<Finding> findings(Tally tally) {
    Arms ranks = tally.others();
    Arms halves = tally.errors();
    List<Finding> found = new ArrayList<>();
    String rho = "rank correlation with the oracle: ";
    found.add(Finding.atLeast(rho + "taylor", Unit.NUMBER, 0.8, ranks.of("taylor")));
    found.add(
        Finding.atLeast(
            rho + "taylor - L1 norm", Unit.NUMBER, -0.05, ranks.difference("taylor", "L1 norm")));
    found.add(
        Finding.atLeast(
            rho + "taylor - apoz", Unit.NUMBER, 0.2, ranks.difference("taylor", "apoz")));
    found.add(Finding.atLeast(rho + "grad-cam", Unit.NUMBER, 0.7, ranks.of("grad-cam")));
    for (String other : List.of("L1 norm", "mean activation", "apoz", "random")) {
      found.add(Finding.reported(rho + other, Unit.NUMBER, ranks.of(other)));
    }
    String half = "error without half of the neurons, no retraining: ";
    found.add(Finding.atMost(half + "grad-cam", Unit.PERCENT, 5, halves.of("grad-cam")));
    found.add(Finding.reported(half + "taylor, global", Unit.PERCENT, halves.of("taylor")));
    found.add(Finding.reported(half + "L1 norm", Unit.PERCENT, halves.of("filter-magnitude")));
    return found;
  }

  private void rank(
      Lab lab, Module module, TrainTest data, ScoringData sample, long seed, Arms ranks) {
    Tensor example = lab.example(data);
    GroupSet layer = new NeuronStructure().groups(module, example).getFirst();
    lab.note("neurons of", layer.name());
    lab.note("images that oracle and scores see", images);
    double[] oracle = oracle(module, layer, sample);
    var context =
        new ScoringContext(
            module,
            PrunableWeight.of(module),
            example,
            sample,
            ScoringListener.NONE,
            lab.generator(seed, "random scores"));
    scorers()
        .forEach(
            (name, scorer) -> {
              Tensor scores = layer.scores(scorer.scores(context), Aggregation.SUM);
              ranks.add(name, Spearman.of(scores.toDoubleArray(), oracle));
            });
  }

  /** By neuron, how much the loss changes when it alone is hidden. */
  private static double[] oracle(Module module, GroupSet layer, ScoringData sample) {
    double whole = loss(module, sample);
    double[] oracle = new double[layer.count()];
    for (int i = 0; i < oracle.length; i++) {
      int hidden = i;
      Map<Parameter, Mask> masks =
          layer.masks(Mask.of(Shape.of(layer.count()), neuron -> neuron != hidden));
      oracle[i] = Math.abs(hiding(masks, module, sample) - whole);
    }
    return oracle;
  }

  private static double hiding(Map<Parameter, Mask> masks, Module module, ScoringData sample) {
    Collection<Parameter> touched = masks.keySet();
    masks.forEach((parameter, mask) -> parameter.setMask(mask, Parameter.MaskMode.SOFT));
    try {
      return loss(module, sample);
    } finally {
      touched.forEach(Parameter::clearMask);
    }
  }

  private static double loss(Module module, ScoringData sample) {
    double[] sum = {0, 0};
    try (var _ = module.evaluating();
        var _ = Autograd.noGrad()) {
      sample.forEach(
          (inputs, labels) -> {
            try (var _ = Scope.open("oracle loss")) {
              Variable loss = sample.loss().of(module.forward(Variable.of(inputs)), labels);
              sum[0] += loss.tensor().item() * inputs.dim(0);
              sum[1] += inputs.dim(0);
            }
          });
    }
    return sum[0] / sum[1];
  }
}
