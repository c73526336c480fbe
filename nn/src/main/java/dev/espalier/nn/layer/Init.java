package dev.espalier.nn.layer;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;

/**
 * Initial values of weights. Fan-in and fan-out of [O, I, …] are {@code I·kh·kw} and {@code
 * O·kh·kw}.
 *
 * <p>PyTorch: {@code torch.nn.init}.
 */
public final class Init {
  private Init() {}

  /**
   * Normal with standard deviation {@code sqrt(2 / fanIn)}, for ReLU networks.
   *
   * <p>Source: K. He, X. Zhang, S. Ren, J. Sun, Delving Deep into Rectifiers (2015). PyTorch:
   * {@code kaiming_normal_}.
   */
  public static Tensor heNormal(Generator generator, DType dtype, Shape shape) {
    return RandomFill.normal(generator, dtype, shape, 0, Math.sqrt(2.0 / fanIn(shape)));
  }

  /**
   * Normal with standard deviation {@code sqrt(2 / (fanIn + fanOut))}.
   *
   * <p>Source: X. Glorot, Y. Bengio, Understanding the Difficulty of Training Deep Feedforward
   * Neural Networks (2010). PyTorch: {@code xavier_normal_}.
   */
  public static Tensor glorotNormal(Generator generator, DType dtype, Shape shape) {
    return RandomFill.normal(
        generator, dtype, shape, 0, Math.sqrt(2.0 / (double) (fanIn(shape) + fanOut(shape))));
  }

  /**
   * Uniform on ±{@code sqrt(6 / (fanIn + fanOut))}; Glorot and Bengio (2010). PyTorch: {@code
   * xavier_uniform_}.
   */
  public static Tensor glorotUniform(Generator generator, DType dtype, Shape shape) {
    double bound = Math.sqrt(6.0 / (fanIn(shape) + fanOut(shape)));
    return RandomFill.uniform(generator, dtype, shape, -bound, bound);
  }

  /**
   * Uniform on ±{@code 1 / sqrt(fanIn)}: what PyTorch gives to Linear and Conv2d, weights and
   * biases, by default.
   */
  public static Tensor fanInUniform(Generator generator, DType dtype, Shape shape, long fanIn) {
    double bound = 1 / Math.sqrt((double) Math.max(1, fanIn));
    return RandomFill.uniform(generator, dtype, shape, -bound, bound);
  }

  /** Draws a parameter's value again with {@link #heNormal}. */
  public static void heNormal(Generator generator, Parameter parameter) {
    try (Tensor drawn = heNormal(generator, parameter.dtype(), parameter.shape())) {
      parameter.tensor().copyFrom(drawn);
    }
  }

  /**
   * Draws the weights of all linear layers and convolutions of a model again with {@link
   * #heNormal}, and zeroes their biases.
   */
  public static <M extends Module> M heNormal(Generator generator, M model) {
    return InitRule.HE.draw(generator, model);
  }

  /** Draws a parameter's value again with {@link #glorotNormal}. */
  public static void glorotNormal(Generator generator, Parameter parameter) {
    try (Tensor drawn = glorotNormal(generator, parameter.dtype(), parameter.shape())) {
      parameter.tensor().copyFrom(drawn);
    }
  }

  /** Number of inputs that feed one output. */
  public static long fanIn(Shape shape) {
    return shape.rank() < 2 ? shape.size() : shape.size() / Math.max(1, shape.dim(0));
  }

  /** Number of outputs that one input feeds. */
  public static long fanOut(Shape shape) {
    return shape.rank() < 2 ? shape.size() : shape.size() / Math.max(1, shape.dim(1));
  }
}
