package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = max(0, x)}; gradient {@code dy} where {@code y > 0}. PyTorch: {@code torch.relu}. */
public record Relu() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveOutput();
    return Elementwise.relu(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {Autograd.apply(new ReluGrad(context.output().tensor()), gradient)};
  }
}
