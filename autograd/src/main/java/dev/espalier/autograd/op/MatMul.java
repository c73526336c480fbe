package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/**
 * Matrix product of [M, K] and [K, N], or of [B, M, K] and [B, K, N]; gradients {@code dy bᵀ} and
 * {@code aᵀ dy}. PyTorch: {@code torch.matmul} of equal ranks 2 or 3.
 */
public record MatMul() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    if (inputs[0].rank() != inputs[1].rank() || inputs[0].rank() < 2) {
      throw new IllegalArgumentException(
          "matmul: operands must both have rank 2 or both rank 3, but the shapes are %s and %s"
              .formatted(inputs[0].shape(), inputs[1].shape()));
    }
    context.saveInput(0);
    context.saveInput(1);
    return dev.espalier.tensor.ops.MatMul.matmul(inputs[0], inputs[1]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable a = context.needs(0) ? gradient.matmul(context.input(1).transpose(-2, -1)) : null;
    Variable b = context.needs(1) ? context.input(0).transpose(-2, -1).matmul(gradient) : null;
    return new Variable[] {a, b};
  }
}
