package dev.espalier.tensor.spi;

import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Computes a chain by a backend's maps one by one, with a tensor for each intermediate result. */
final class StepByStep {
  private StepByStep() {}

  static void run(Backend backend, Chain chain, List<Tensor> inputs, Tensor out) {
    List<Chain.Step> steps = chain.steps();
    Tensor[] values = Arrays.copyOf(inputs.toArray(new Tensor[0]), inputs.size() + steps.size());
    int[] lastUse = new int[values.length];
    for (int i = 0; i < steps.size(); i++) {
      for (int operand : steps.get(i).operands()) {
        lastUse[operand] = i;
      }
    }
    try (var _ = Scope.open("chain")) {
      for (int i = 0; i < steps.size(); i++) {
        boolean isResult = i == steps.size() - 1;
        Tensor target = isResult ? out : Tensor.empty(out.dtype(), out.shape(), out.device());
        values[inputs.size() + i] = target;
        take(backend, steps.get(i), values, target);
        for (int operand : steps.get(i).operands()) {
          if (operand >= inputs.size() && lastUse[operand] == i) {
            values[operand].close();
          }
        }
      }
    }
  }

  private static void take(Backend backend, Chain.Step step, Tensor[] values, Tensor target) {
    switch (step) {
      case Chain.Step.Constant(double value) -> backend.fill(target, value);
      case Chain.Step.Unary(UnaryOp op, double p, int x) -> backend.unary(op, p, values[x], target);
      case Chain.Step.Binary(BinaryOp op, int a, int b) ->
          backend.binary(op, values[a], values[b], target);
      case Chain.Step.Select(int condition, int yes, int no) ->
          backend.select(values[condition], values[yes], values[no], target);
    }
  }
}
