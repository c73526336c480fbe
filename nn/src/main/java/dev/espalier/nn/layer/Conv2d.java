package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;

/**
 * A two-dimensional convolution (cross-correlation): x [N, in, H, W], W [out, in/groups, k, k], b
 * [out].
 *
 * <p>Values start as in PyTorch, uniform on ±{@code 1 / sqrt(fanIn)}. PyTorch: {@code
 * torch.nn.Conv2d}.
 */
public final class Conv2d extends Module {
  private final Parameter weight;
  private final Parameter bias;
  private ConvSpec spec;

  /** A layer with a square kernel and a bias. */
  public Conv2d(int in, int out, int kernel, ConvSpec spec, Generator generator) {
    this(in, out, kernel, kernel, spec, true, generator);
  }

  public Conv2d(
      int in,
      int out,
      int kernelH,
      int kernelW,
      ConvSpec spec,
      boolean withBias,
      Generator generator) {
    if (in % spec.groups() != 0 || out % spec.groups() != 0) {
      throw new IllegalArgumentException(
          "Conv2d: %d input and %d output channels must both be divisible by %d groups"
              .formatted(in, out, spec.groups()));
    }
    this.spec = spec;
    Shape shape = Shape.of(out, in / spec.groups(), kernelH, kernelW);
    long fanIn = Init.fanIn(shape);
    weight = parameter("weight", Init.fanInUniform(generator, DType.FLOAT32, shape, fanIn));
    bias =
        withBias
            ? parameter("bias", Init.fanInUniform(generator, DType.FLOAT32, Shape.of(out), fanIn))
            : null;
  }

  public Parameter weight() {
    return weight;
  }

  /** The bias, or null. */
  public Parameter bias() {
    return bias;
  }

  public ConvSpec spec() {
    return spec;
  }

  /** Changes the number of groups, for surgery that removes whole groups. */
  public void setGroups(int groups) {
    spec = spec.withGroups(groups);
  }

  @Override
  public Variable forward(Variable x) {
    return F.conv2d(
        x, weight.value(), weight.kernelMask(), bias == null ? null : bias.value(), spec);
  }

  @Override
  public String toString() {
    return "Conv2d(%d, %d, %d×%d, stride %d, padding %d%s)"
        .formatted(
            weight.dim(1) * spec.groups(),
            weight.dim(0),
            weight.dim(2),
            weight.dim(3),
            spec.strideH(),
            spec.padH(),
            spec.groups() > 1 ? ", groups " + spec.groups() : "");
  }
}
