package dev.espalier.prune;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.loss.Loss;
import dev.espalier.prune.score.ChannelTrace;
import dev.espalier.prune.score.WeightedMean;
import dev.espalier.prune.surgery.ChannelGraph;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a scorer may look at.
 *
 * @param module the model, as it is
 * @param weights its prunable weights
 * @param example an input of the model
 * @param data inputs and targets to compute on, or null
 * @param listener told of progress
 * @param generator the source of randomness
 */
public record ScoringContext(
    Module module,
    List<PrunableWeight> weights,
    Tensor example,
    ScoringData data,
    ScoringListener listener,
    Generator generator) {
  /**
   * One batch of data; shuffled or stratified, since a class-sorted sample misleads every scorer.
   *
   * @param inputs a batch of inputs
   * @param targets their targets
   */
  public record Sample(Tensor inputs, Tensor targets, Loss loss) implements ScoringData {
    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if all of several labels are the same
     */
    public Sample {
      if (targets.dtype() == DType.INT64 && targets.rank() == 1 && targets.dim(0) > 1) {
        long[] labels = targets.toLongArray();
        if (Arrays.stream(labels).distinct().count() == 1) {
          throw new IllegalArgumentException(
              "scoring data: all %d examples are of class %d; data sorted by class misleads every scorer, so draw the sample at random"
                  .formatted(labels.length, labels[0]));
        }
      }
    }

    /** Inputs with the classes 0 and 1 in turn, for looking at layers before there is data. */
    public static Sample withoutMeaning(Tensor inputs) {
      long[] labels = new long[inputs.dim(0)];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = i % 2;
      }
      return new Sample(inputs, Tensor.of(Shape.of(labels.length), labels), new CrossEntropy());
    }

    @Override
    public int batches() {
      return 1;
    }

    @Override
    public void forEach(BatchVisitor visitor) {
      visitor.visit(inputs, targets);
    }
  }

  /** Receives the mean gradient of one batch at every prunable weight, in their order. */
  public interface GradientVisitor {
    /**
     * Called once per batch.
     *
     * @param rows examples in the batch
     */
    void visit(List<Tensor> gradients, int rows);
  }

  /** Receives one recorded forward pass. */
  public interface TraceVisitor {
    /** Called once per batch. */
    void visit(ChannelTrace trace, Tensor targets);
  }

  /**
   * Goes over the data in evaluation mode, recording; what is made in a visit is freed at its end.
   *
   * @throws IllegalStateException if there is no data
   */
  public void forEachBatch(String scorer, ScoringData.BatchVisitor visitor) {
    if (data == null) {
      throw new IllegalStateException(
          "scorer '%s' needs data: give the pruner a sample of the training set".formatted(scorer));
    }
    int[] done = {0};
    try (var _ = module.evaluating();
        var _ = Autograd.enableGrad()) {
      data.forEach(
          (inputs, targets) -> {
            try (var _ = Scope.open("scoring")) {
              visitor.visit(typed(inputs), targets);
            }
            listener.onBatch(scorer, ++done[0], data.batches());
          });
    }
  }

  private Tensor typed(Tensor inputs) {
    DType type = weights.isEmpty() ? inputs.dtype() : weights.getFirst().parameter().dtype();
    return inputs.dtype().isFloating() ? inputs.to(type) : inputs;
  }

  /** The prunable weights as variables to differentiate with respect to. */
  public List<Variable> variables(String scorer) {
    List<Variable> variables = new ArrayList<>();
    for (PrunableWeight weight : weights) {
      if (weight.parameter().isFrozen()) {
        throw new IllegalStateException(
            "scorer '%s': '%s' is frozen and gets no gradient; unfreeze it while scoring"
                .formatted(scorer, weight.name()));
      }
      variables.add(weight.parameter());
    }
    return variables;
  }

  /** Goes over the data with the gradient of the loss of each batch; zero where masks are. */
  public void forEachGradient(String scorer, GradientVisitor visitor) {
    List<Variable> variables = variables(scorer);
    forEachBatch(
        scorer,
        (inputs, targets) -> {
          Variable loss = data.loss().of(module.forward(Variable.of(inputs)), targets);
          List<Tensor> gradients =
              Autograd.grad(loss, variables, false).stream().map(Variable::tensor).toList();
          visitor.visit(gradients, inputs.dim(0));
        });
  }

  /**
   * The gradient of the mean loss over the data at every prunable weight, by name. At masked
   * positions it is zero.
   *
   * @throws IllegalStateException if there is no data
   */
  public Map<String, Tensor> gradients(String scorer) {
    var mean = new WeightedMean(weights);
    forEachGradient(scorer, mean::add);
    return mean.byWeight();
  }

  /**
   * Goes over the data with the channels of each forward pass.
   *
   * @param spaces the spaces to look for, as {@link #spaces} gives them
   */
  public void forEachTrace(String scorer, List<ChannelSpace> spaces, TraceVisitor visitor) {
    forEachBatch(
        scorer,
        (inputs, targets) -> {
          Variable output = module.forward(Variable.leaf(inputs.alias()));
          visitor.visit(new ChannelTrace(spaces, output), targets);
        });
  }

  /** The channel spaces of the model of which some may be removed. */
  public List<ChannelSpace> spaces() {
    return ChannelGraph.of(module, example).stream().filter(ChannelSpace::prunable).toList();
  }
}
