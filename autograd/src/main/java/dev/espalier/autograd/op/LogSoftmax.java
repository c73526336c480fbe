package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/**
 * {@code y = x - ln Σ e^x} along the last axis; gradient {@code dy - e^y Σ dy}. PyTorch: {@code
 * log_softmax(x, -1)}.
 */
public record LogSoftmax() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveOutput();
    return dev.espalier.tensor.ops.Softmax.logSoftmax(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable y = context.output();
    if (!Autograd.isRecording()) {
      return new Variable[] {
        Variable.of(dev.espalier.tensor.ops.Softmax.logSoftmaxGrad(y.tensor(), gradient.tensor()))
      };
    }
    return new Variable[] {gradient.sub(y.exp().mul(gradient.sum(true, -1)))};
  }
}
