package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = x^c}; gradient {@code dy c x^(c-1)}. PyTorch: {@code torch.pow}. */
public record PowScalar(double exponent) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    return exponent == 2
        ? Elementwise.square(inputs[0])
        : exponent == 0.5
            ? Elementwise.sqrt(inputs[0])
            : Elementwise.powScalar(inputs[0], exponent);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    if (exponent == 0) {
      return new Variable[] {gradient.mul(0)}; // 0 x^-1 would be NaN at 0
    }
    Variable x = context.input(0);
    Variable slope = exponent == 2 ? x : x.pow(exponent - 1);
    return new Variable[] {gradient.mul(slope.mul(exponent))};
  }
}
