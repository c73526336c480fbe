package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = tanh(x)}; gradient {@code dy (1 - y²)}. PyTorch: {@code torch.tanh}. */
public record Tanh() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveOutput();
    return Elementwise.tanh(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable y = context.output();
    if (!Autograd.isRecording()) {
      return new Variable[] {Variable.of(Elementwise.tanhGrad(gradient.tensor(), y.tensor()))};
    }
    return new Variable[] {gradient.mul(y.square().neg().add(1))};
  }
}
