package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/**
 * {@code y = x Φ(x)} with the exact normal distribution function; gradient {@code dy (Φ(x) + x
 * φ(x))}. Source: D. Hendrycks, K. Gimpel, Gaussian Error Linear Units (2016). PyTorch: {@code
 * gelu} with {@code approximate='none'}.
 */
public record Gelu() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    return Elementwise.gelu(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable x = context.input(0);
    if (!Autograd.isRecording()) {
      return new Variable[] {Variable.of(Elementwise.geluGrad(gradient.tensor(), x.tensor()))};
    }
    Variable distribution = x.mul(Math.sqrt(0.5)).erf().add(1).mul(0.5);
    Variable density = x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
    return new Variable[] {gradient.mul(distribution.add(x.mul(density)))};
  }
}
