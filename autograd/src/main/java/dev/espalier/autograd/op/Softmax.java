package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/**
 * {@code y = e^x / Σ e^x} along the last axis; gradient {@code y (dy - Σ dy y)}. PyTorch: {@code
 * softmax(x, -1)}.
 */
public record Softmax() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveOutput();
    return dev.espalier.tensor.ops.Softmax.softmax(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable y = context.output();
    if (!Autograd.isRecording()) {
      return new Variable[] {
        Variable.of(dev.espalier.tensor.ops.Softmax.softmaxGrad(y.tensor(), gradient.tensor()))
      };
    }
    return new Variable[] {y.mul(gradient.sub(gradient.mul(y).sum(true, -1)))};
  }
}
