package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Operands and comparisons of the tests of block-sparse convolution on tensor cores.
 *
 * <p>Where operands are multiples of 1/64 below 1 in size, every type holds them, and sums of fewer
 * than 4096 of their products are multiples of 1/4096 that float32 holds: results are exact,
 * whatever their order.
 */
abstract class BlockConvolutionFixture {
  static final Device CUDA = new Device("cuda", 0);

  final CudaBackend backend = (CudaBackend) Backends.of(CUDA);
  final TensorCoreConvolution convolution = new TensorCoreConvolution(backend.context());
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  static float[] exact(long seed, long count) {
    var generator = new Generator(seed);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.rint(126 * generator.nextDouble() - 63) / 64;
    }
    return values;
  }

  static Tensor device(Shape shape, float... values) {
    return Tensor.of(shape, values).to(CUDA);
  }

  static Tensor garbage(Shape shape) {
    return Tensor.full(DType.FLOAT32, shape, Double.NaN).to(CUDA);
  }

  static void assertExact(Tensor actual, double[] expected, String what) {
    assertThat(actual.to(Device.CPU).toDoubleArray()).as(what).containsExactly(expected);
  }
}
