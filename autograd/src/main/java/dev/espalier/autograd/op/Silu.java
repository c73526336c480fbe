package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/**
 * {@code y = x σ(x)}; gradient {@code dy (σ + x σ (1 - σ))}. Source: S. Elfwing, E. Uchibe, K.
 * Doya, Sigmoid-Weighted Linear Units (2017). PyTorch: {@code silu}.
 */
public record Silu() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    return Elementwise.silu(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable x = context.input(0);
    if (!Autograd.isRecording()) {
      return new Variable[] {Variable.of(Elementwise.siluGrad(gradient.tensor(), x.tensor()))};
    }
    Variable sigmoid = x.sigmoid();
    return new Variable[] {gradient.mul(sigmoid.add(x.mul(sigmoid).mul(sigmoid.neg().add(1))))};
  }
}
