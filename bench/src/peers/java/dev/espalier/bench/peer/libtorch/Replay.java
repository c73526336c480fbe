package dev.espalier.bench.peer.libtorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.Shape;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AddRelu;
import dev.espalier.autograd.op.BatchNorm;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.MaxPool2d;
import dev.espalier.autograd.op.Relu;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.PoolSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A recorded forward pass, run again by libtorch. */
final class Replay {
  /** PyTorch's default, of the running statistics. */
  private static final float STATISTICS_MOMENTUM = 0.1f;

  private record Step(Op op, int[] operands, int result) {}

  private final List<Step> steps = new ArrayList<>();
  private final Map<Variable, Integer> slots = new IdentityHashMap<>();
  private final Map<Integer, NDArray> constants = new HashMap<>();
  private final Map<Step, NDArray[]> statistics = new IdentityHashMap<>();
  private final int end;

  Replay(Variable input, Variable output, List<Variable> results) {
    slots.put(input, 0);
    for (Variable result : results) {
      int[] operands = result.node().inputs().stream().mapToInt(this::slot).toArray();
      steps.add(new Step(result.node().op(), operands, slot(result)));
    }
    end = slots.get(output);
  }

  private int slot(Variable variable) {
    return slots.computeIfAbsent(variable, _ -> slots.size());
  }

  /** Gives a parameter its value there. */
  void bind(Variable parameter, NDArray value) {
    Integer slot = slots.get(parameter);
    if (slot != null) {
      constants.put(slot, value);
    }
  }

  /** Makes the running statistics of batch normalisations. */
  void bindStatistics(NDManager manager) {
    for (Step step : steps) {
      if (step.op() instanceof BatchNorm norm) {
        Shape channels = new Shape(norm.mean().size());
        statistics.put(step, new NDArray[] {manager.zeros(channels), manager.ones(channels)});
      }
    }
  }

  NDArray run(NDArray input) {
    NDArray[] values = new NDArray[slots.size()];
    values[0] = input;
    constants.forEach((slot, value) -> values[slot] = value);
    for (Step step : steps) {
      NDArray[] operands = new NDArray[step.operands().length];
      for (int i = 0; i < operands.length; i++) {
        operands[i] = values[step.operands()[i]];
      }
      values[step.result()] = apply(step, operands);
    }
    return values[end];
  }

  private NDArray apply(Step step, NDArray... in) {
    NDArrayEx x = in[0].getNDArrayInternal();
    NDArray bias = in.length > 2 ? in[2] : null;
    return switch (step.op()) {
      case Linear _ -> x.linear(in[0], in[1], bias).singletonOrThrow();
      case Conv2d conv -> convolution(conv.spec(), in[0], in[1], bias);
      case BatchNorm norm -> {
        NDArray[] running = statistics.get(step);
        NDList normed =
            x.batchNorm(
                in[0],
                running[0],
                running[1],
                in[1],
                in[2],
                1,
                STATISTICS_MOMENTUM,
                (float) norm.eps(),
                true);
        yield norm.relu() ? normed.get(0).getNDArrayInternal().relu() : normed.get(0);
      }
      case Relu _ -> x.relu();
      case MaxPool2d pool -> {
        PoolSpec spec = pool.spec();
        yield x.maxPool(
            new Shape(spec.kernelH(), spec.kernelW()),
            new Shape(spec.strideH(), spec.strideW()),
            new Shape(spec.padH(), spec.padW()),
            false);
      }
      case GlobalAvgPool2d _ -> x.globalAvgPool();
      case Flatten _ -> in[0].reshape(in[0].getShape().get(0), -1);
      case Add _ -> in[0].add(in[1]);
      case AddRelu _ -> in[0].add(in[1]).getNDArrayInternal().relu();
      default ->
          throw new IllegalArgumentException(
              "libtorch: %s is not translated".formatted(step.op().getClass().getSimpleName()));
    };
  }

  private static NDArray convolution(ConvSpec spec, NDArray x, NDArray w, NDArray bias) {
    return x.getNDArrayInternal()
        .convolution(
            x,
            w,
            bias,
            new Shape(spec.strideH(), spec.strideW()),
            new Shape(spec.padH(), spec.padW()),
            new Shape(spec.dilationH(), spec.dilationW()),
            spec.groups())
        .singletonOrThrow();
  }
}
