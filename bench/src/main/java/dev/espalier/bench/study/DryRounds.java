package dev.espalier.bench.study;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.prune.Goal;
import dev.espalier.prune.Method;
import dev.espalier.prune.MethodRun;
import dev.espalier.prune.Origins;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.TrainingPhase;
import dev.espalier.prune.TrainingRecipe;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A method's rounds without any training: what remains does not depend on it, or hardly. */
final class DryRounds implements TrainingRecipe, Origins {
  /** The compression ratio after each round; none if there is but one. */
  static List<Double> of(Method method, Module module, Pruner pruner, Shape input, Goal goal) {
    var dry = new DryRounds();
    List<Double> ratios = new ArrayList<>();
    new MethodRun(method, module, pruner, dry, dry, input, new Generator(0))
        .whenTrained(
            _ -> {
              ModelSummary summary = ModelSummary.of(module, input);
              ratios.add((double) summary.parameters() / summary.nonZero());
            })
        .run(goal);
    return ratios.size() > 1 ? ratios : List.of();
  }

  private DryRounds() {}

  @Override
  public int denseEpochs() {
    return 0;
  }

  @Override
  public int fineTuneEpochs(int round, int rounds) {
    return 0;
  }

  @Override
  public int wholeEpochs() {
    return 0;
  }

  @Override
  public long steps(int epochs) {
    return 0;
  }

  @Override
  public LrSchedule rates(long steps, boolean gradual) {
    return _ -> 1;
  }

  @Override
  public Loss loss() {
    return new CrossEntropy();
  }

  @Override
  public void train(Module module, TrainingPhase phase) {
    // nothing is trained
  }

  @Override
  public Map<String, Tensor> dense(double share) {
    throw new IllegalStateException("rounds without training have no dense network to go back to");
  }

  @Override
  public Module teacher() {
    throw new IllegalStateException("rounds without training have no teacher");
  }
}
