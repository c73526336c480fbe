package dev.espalier.prune.score;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.loss.Loss;
import dev.espalier.prune.Nets;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.ScoringData;
import dev.espalier.prune.ScoringListener;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.util.Arrays;
import java.util.List;

/** What tests of scorers share. */
final class Scoring {
  private Scoring() {}

  static ScoringContext context(Module module, Tensor example, ScoringData data) {
    return new ScoringContext(
        module, PrunableWeight.of(module), example, data, ScoringListener.NONE, new Generator(5));
  }

  /** The scores of one weight. */
  static double[] scores(
      Scorer scorer, Module module, Tensor example, ScoringData data, String weight) {
    return scorer.scores(context(module, example, data)).byWeight().get(weight).toDoubleArray();
  }

  static double[] scores(Scorer scorer, Module module, ScoringContext.Sample data, String weight) {
    return scores(scorer, module, data.inputs(), data, weight);
  }

  static ScoringContext.Sample labelled(Tensor inputs, Loss loss, long... labels) {
    return new ScoringContext.Sample(inputs, Tensor.of(Shape.of(labels.length), labels), loss);
  }

  /** A module in float64 with random parameters. */
  static Module random(Module module, long seed) {
    module.to(DType.FLOAT64);
    var generator = new Generator(seed);
    for (Parameter parameter : module.parameters()) {
      parameter
          .tensor()
          .copyFrom(RandomFill.normal(generator, DType.FLOAT64, parameter.shape(), 0, 0.7));
    }
    return module;
  }

  static Tensor normal(long seed, int... dims) {
    return RandomFill.normal(new Generator(seed), DType.FLOAT64, Shape.of(dims), 0, 1);
  }

  /** The outputs, in evaluation mode. */
  static double[] outputs(Module module, Tensor inputs) {
    return Nets.outputs(module, inputs).toDoubleArray();
  }

  /** Every index of a tensor. */
  static List<int[]> indices(Tensor tensor) {
    int[][] all = new int[Math.toIntExact(tensor.size())][];
    for (int flat = 0; flat < all.length; flat++) {
      int rest = flat;
      all[flat] = new int[tensor.rank()];
      for (int axis = tensor.rank() - 1; axis >= 0; axis--) {
        all[flat][axis] = rest % tensor.dim(axis);
        rest /= tensor.dim(axis);
      }
    }
    return Arrays.asList(all);
  }
}
