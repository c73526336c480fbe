package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = 1 / (1 + e^-x)}; gradient {@code dy y (1 - y)}. PyTorch: {@code torch.sigmoid}. */
public record Sigmoid() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveOutput();
    return Elementwise.sigmoid(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable y = context.output();
    if (!Autograd.isRecording()) {
      return new Variable[] {Variable.of(Elementwise.sigmoidGrad(gradient.tensor(), y.tensor()))};
    }
    return new Variable[] {gradient.mul(y.mul(y.neg().add(1)))};
  }
}
