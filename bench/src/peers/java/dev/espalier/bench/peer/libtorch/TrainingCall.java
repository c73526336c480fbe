package dev.espalier.bench.peer.libtorch;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.bench.kernel.Networks;
import dev.espalier.bench.peer.PeerCall;
import dev.espalier.bench.peer.Problem.TrainingStep;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Training steps of one of our networks on libtorch: the forward pass is recorded once, and each
 * step replays it, differentiates and updates there.
 */
final class TrainingCall implements PeerCall {
  private final Engine engine;
  private final NDManager manager;
  private final TrainingStep problem;
  private final NDArray images;
  private final NDArray labels;
  private final Replay replay;
  private final List<NDArray> parameters = new ArrayList<>();
  private final List<NDArray> velocities = new ArrayList<>();
  private float firstLoss = Float.NaN;

  TrainingCall(Engine engine, TrainingStep problem, List<MemorySegment> inputs) {
    this.engine = engine;
    this.problem = problem;
    manager = engine.newBaseManager();
    Shape input = Networks.input(problem.network(), problem.batch());
    images = LibTorch.array(manager, inputs.get(0), dims(input));
    labels =
        LibTorch.array(manager, inputs.get(1), problem.batch(), 1).toType(DataType.INT64, false);
    Module network = Networks.create(problem.network(), problem.sparsity());
    network.train();
    try (var _ = Scope.open("replay");
        var _ = Autograd.enableGrad()) {
      Variable start = Variable.leaf(Tensor.zeros(DType.FLOAT32, input));
      Variable end = network.forward(start);
      replay = new Replay(start, end, Traversal.oldestFirst(end));
      for (Parameter parameter : network.parameters()) {
        NDArray copy =
            LibTorch.array(
                manager, parameter.tensor().contiguous().segment(), dims(parameter.shape()));
        copy.setRequiresGradient(true);
        replay.bind(parameter, copy);
        parameters.add(copy);
        velocities.add(manager.zeros(copy.getShape()));
      }
      replay.bindStatistics(manager);
    }
  }

  private static long[] dims(Shape shape) {
    long[] dims = new long[shape.rank()];
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = shape.dim(axis);
    }
    return dims;
  }

  @Override
  public void run() {
    try (NDManager step = manager.newSubManager()) {
      try (GradientCollector collector = engine.newGradientCollector()) {
        collector.zeroGradients();
        NDArray input = images.duplicate();
        input.attach(step);
        NDArray loss = crossEntropy(replay.run(input));
        if (Float.isNaN(firstLoss)) {
          firstLoss = loss.getFloat();
        }
        collector.backward(loss);
      }
      for (int i = 0; i < parameters.size(); i++) {
        update(parameters.get(i), velocities.get(i), step);
      }
    }
  }

  private NDArray crossEntropy(NDArray logits) {
    return logits.logSoftmax(1).gather(labels, 1).mean().neg();
  }

  private void update(NDArray parameter, NDArray velocity, NDManager step) {
    NDArray gradient = parameter.getGradient();
    gradient.attach(step);
    parameter
        .getNDArrayInternal()
        .sgdUpdate(
            new NDList(parameter, gradient, velocity),
            new NDList(velocity),
            (float) TrainingStep.LEARNING_RATE,
            (float) TrainingStep.WEIGHT_DECAY,
            (float) TrainingStep.MOMENTUM,
            1,
            0,
            false);
  }

  @Override
  public void result(MemorySegment out) {
    out.set(JAVA_FLOAT, 0, firstLoss);
  }

  @Override
  public String kernel() {
    return "libtorch " + engine.getVersion() + ", batch " + problem.batch();
  }

  @Override
  public void close() {
    manager.close();
  }
}
