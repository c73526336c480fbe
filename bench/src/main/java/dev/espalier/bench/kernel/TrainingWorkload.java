package dev.espalier.bench.kernel;

import dev.espalier.autograd.Variable;
import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.Problem.TrainingStep;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Training steps on one batch. The result is the loss of the first step, which must be that of an
 * untouched copy of the network; peers start from the same weights.
 */
final class TrainingWorkload implements Workload {
  private static final long ROUNDINGS = 4096;

  /** Forward, dx and dw. */
  private static final int PASSES = 3;

  private final Problem.TrainingStep problem;
  private final ModelSummary summary;
  private final Module module;
  private final Sgd optimizer;
  private final CrossEntropy loss = new CrossEntropy();
  private final Tensor images;
  private final Tensor labels;
  private final Tensor labelNumbers;
  private final double expectedLoss;
  private double firstLoss = Double.NaN;

  TrainingWorkload(CaseName name) {
    NetworkShape shape = NetworkShape.parse(name.shape());
    int batch = shape.batch();
    module = Networks.create(shape.network(), name.sparsity());
    summary = ModelSummary.of(module, Models.entry(shape.network()).input());
    problem =
        new TrainingStep(
            shape.network(), name.sparsity(), batch, (double) PASSES * summary.flops() * batch);
    optimizer =
        new Sgd(
            module, TrainingStep.LEARNING_RATE, TrainingStep.MOMENTUM, TrainingStep.WEIGHT_DECAY);
    images =
        RandomFill.uniform(
            new Generator(2), DType.FLOAT32, Networks.input(shape.network(), batch), -1, 1);
    long[] classes = new long[batch];
    float[] numbers = new float[batch];
    for (int i = 0; i < batch; i++) {
      classes[i] = i % Networks.CLASSES;
      numbers[i] = i % Networks.CLASSES;
    }
    labels = Tensor.of(Shape.of(batch), classes);
    labelNumbers = Tensor.of(Shape.of(batch), numbers);
    Module untouched = Networks.create(shape.network(), name.sparsity());
    untouched.train();
    try (var _ = Scope.open("expected loss")) {
      expectedLoss = loss(untouched).tensor().item();
    }
    module.train();
  }

  private Variable loss(Module network) {
    return loss.of(network.forward(Variable.of(images)), labels);
  }

  @Override
  public void run() {
    try (var _ = Scope.open("training step")) {
      module.zeroGrad();
      Variable value = loss(module);
      if (Double.isNaN(firstLoss)) {
        firstLoss = value.tensor().item();
      }
      value.backward();
      optimizer.step();
    }
  }

  @Override
  public double usefulFlops() {
    return (double) PASSES * summary.remainingFlops() * problem.batch();
  }

  @Override
  public double bytes() {
    return 4.0 * images.size() + 6.0 * 4 * summary.nonZero();
  }

  @Override
  public long elements() {
    return 1;
  }

  @Override
  public double actual(long element) {
    return firstLoss;
  }

  @Override
  public Expected expected(long element) {
    return new Expected(expectedLoss, Math.abs(expectedLoss), ROUNDINGS);
  }

  @Override
  public Problem problem() {
    return problem;
  }

  @Override
  public List<MemorySegment> inputs() {
    return List.of(images.segment(), labelNumbers.segment());
  }

  @Override
  public long denseElements() {
    return 1;
  }

  @Override
  public void close() {
    images.close();
    labels.close();
    labelNumbers.close();
  }
}
