package dev.espalier.tensor.ops;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.spi.Distribution;

/**
 * New random tensors; the same generator state gives the same bits on every backend, whatever the
 * number of threads.
 */
public final class RandomFill {
  private RandomFill() {}

  /**
   * Uniform on [low, high), from 24 random bits per element. PyTorch: {@code empty.uniform_(low,
   * high)}.
   */
  public static Tensor uniform(
      Generator generator, DType dtype, Shape shape, double low, double high) {
    if (!(low <= high) || Double.isInfinite(high - low)) {
      throw Check.refuse(
          "uniform", "needs finite low <= high but got %s and %s".formatted(low, high));
    }
    Tensor out = empty("uniform", dtype, shape, Device.CPU);
    return random("uniform", Distribution.UNIFORM, low, high, generator, out);
  }

  /** Normal with a mean and a standard deviation. PyTorch: {@code empty.normal_(mean, std)}. */
  public static Tensor normal(
      Generator generator, DType dtype, Shape shape, double mean, double std) {
    if (!(std >= 0) || Double.isInfinite(std) || !Double.isFinite(mean)) {
      throw Check.refuse(
          "normal", "needs a finite mean and std >= 0 but got %s and %s".formatted(mean, std));
    }
    Tensor out = empty("normal", dtype, shape, Device.CPU);
    return random("normal", Distribution.NORMAL, mean, std, generator, out);
  }

  /**
   * The multiplier of inverted dropout: 0 with probability {@code rate}, otherwise {@code 1 / (1 -
   * rate)}. Source: Srivastava et al., Dropout (2014). PyTorch: {@code dropout(ones, rate)}.
   */
  public static Tensor dropoutMask(Generator generator, DType dtype, Shape shape, double rate) {
    return dropoutMask(generator, rate, dtype, shape, Device.CPU);
  }

  /** {@link #dropoutMask(Generator, DType, Shape, double)} for a tensor, on its device. */
  public static Tensor dropoutMask(Generator generator, Tensor like, double rate) {
    return dropoutMask(generator, rate, like.dtype(), like.shape(), like.device());
  }

  private static Tensor dropoutMask(
      Generator generator, double rate, DType dtype, Shape shape, Device device) {
    if (!(rate >= 0 && rate < 1)) {
      throw Check.refuse("dropoutMask", "rate must lie in [0, 1) but is %s".formatted(rate));
    }
    Tensor out = empty("dropoutMask", dtype, shape, device);
    return random("dropoutMask", Distribution.DROPOUT, rate, 0, generator, out);
  }

  private static Tensor empty(String name, DType dtype, Shape shape, Device device) {
    if (!dtype.isCompute()) {
      throw Check.refuse(
          name,
          "fills float32 or float64 but %s was asked for; convert the result with to(DType)"
              .formatted(dtype));
    }
    return Tensor.empty(dtype, shape, device);
  }

  private static Tensor random(
      String name, Distribution distribution, double a, double b, Generator generator, Tensor out) {
    Generator.State state = generator.state();
    long position = generator.reserve((out.size() + 3) / 4);
    try (var use = Use.of(name, out)) {
      use.backend().random(distribution, a, b, state.seed(), state.stream(), position, out);
    }
    return out;
  }
}
