package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * Normalisation over the last axis of x […, D] with a learned scale and shift.
 *
 * <p>Where surgery has removed features that were zero, mean and variance still count them: scale
 * and shift are shorter then than the layer was made for, and its outputs are those of before.
 *
 * <p>Source: J. L. Ba, J. R. Kiros, G. E. Hinton, Layer Normalization (2016). PyTorch: {@code
 * torch.nn.LayerNorm(D)}.
 */
public final class LayerNorm extends Module {
  private final int size;
  private final Parameter weight;
  private final Parameter bias;
  private final double eps;

  public LayerNorm(int size) {
    this(size, 1e-5);
  }

  public LayerNorm(int size, double eps) {
    this.size = size;
    this.eps = eps;
    weight = parameter("weight", Tensor.full(DType.FLOAT32, Shape.of(size), 1));
    bias = parameter("bias", Tensor.zeros(DType.FLOAT32, Shape.of(size)));
  }

  public Parameter weight() {
    return weight;
  }

  public Parameter bias() {
    return bias;
  }

  @Override
  public Variable forward(Variable x) {
    return F.layerNorm(x, weight.value(), bias.value(), eps, size - weight.dim(0));
  }

  @Override
  public String toString() {
    return size == weight.dim(0)
        ? "LayerNorm(%d)".formatted(size)
        : "LayerNorm(%d of %d)".formatted(weight.dim(0), size);
  }
}
