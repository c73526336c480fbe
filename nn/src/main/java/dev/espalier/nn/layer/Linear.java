package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;

/**
 * A fully connected layer, {@code y = x Wᵀ + b}: x [N, in], W [out, in], b [out], y [N, out].
 *
 * <p>Values start as in PyTorch, uniform on ±{@code 1 / sqrt(in)}. PyTorch: {@code
 * torch.nn.Linear}.
 */
public final class Linear extends Module {
  private final Parameter weight;
  private final Parameter bias;

  /** A layer with a bias. */
  public Linear(int in, int out, Generator generator) {
    this(in, out, true, generator);
  }

  public Linear(int in, int out, boolean withBias, Generator generator) {
    weight =
        parameter("weight", Init.fanInUniform(generator, DType.FLOAT32, Shape.of(out, in), in));
    bias =
        withBias
            ? parameter("bias", Init.fanInUniform(generator, DType.FLOAT32, Shape.of(out), in))
            : null;
  }

  public Parameter weight() {
    return weight;
  }

  /** The bias, or null. */
  public Parameter bias() {
    return bias;
  }

  @Override
  public Variable forward(Variable x) {
    return F.linear(x, weight.value(), weight.kernelMask(), bias == null ? null : bias.value());
  }

  @Override
  public String toString() {
    return "Linear(%d, %d%s)"
        .formatted(weight.dim(1), weight.dim(0), bias == null ? ", no bias" : "");
  }
}
