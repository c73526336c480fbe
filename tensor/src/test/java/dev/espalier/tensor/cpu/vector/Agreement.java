package dev.espalier.tensor.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.ScalarBackend;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.spi.Backend;

/**
 * Holds a kernel of the vector backend to the reference's result, and to the same bits on one, two
 * and three threads, on operands that are cut into several tasks.
 */
final class Agreement {
  private static final Backend SCALAR = new ScalarBackend();
  private static final Backend VECTOR = new VectorBackend();

  private Agreement() {}

  /** A kernel call with operands of its own; it must give equal operands at each call. */
  @FunctionalInterface
  interface Kernel {
    Tensor[] run(Backend backend);
  }

  /**
   * @param tolerance of each element, relative to the largest magnitude of the result it belongs to
   */
  static void check(double tolerance, Kernel kernel) {
    int threads = Workers.threads();
    try {
      Workers.setThreads(1);
      Tensor[] one = kernel.run(VECTOR);
      Tensor[] expected = kernel.run(SCALAR);
      for (int i = 0; i < one.length; i++) {
        assertNear(one[i], expected[i], tolerance, "result " + i);
      }
      for (int count = 2; count <= 3; count++) {
        Workers.setThreads(count);
        Tensor[] shared = kernel.run(VECTOR);
        for (int i = 0; i < one.length; i++) {
          assertSameBits(shared[i], one[i], "result " + i + " on " + count + " threads");
        }
      }
    } finally {
      Workers.setThreads(threads);
    }
  }

  private static void assertNear(Tensor actual, Tensor expected, double tolerance, String what) {
    double[] values = actual.toDoubleArray();
    double[] wanted = expected.toDoubleArray();
    assertThat(values).as(what).hasSameSizeAs(wanted);
    double largest = 0;
    for (double value : wanted) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < values.length; i++) {
      boolean near = Math.abs(values[i] - wanted[i]) <= tolerance * largest;
      if (!near && Double.compare(values[i], wanted[i]) != 0) {
        throw new AssertionError(
            "%s: element %d of %s is %s but should be %s"
                .formatted(what, i, actual.shape(), values[i], wanted[i]));
      }
    }
  }

  private static void assertSameBits(Tensor actual, Tensor expected, String what) {
    assertThat(actual.segment().mismatch(expected.segment())).as(what).isEqualTo(-1);
  }

  static Tensor random(long seed, int... dims) {
    var generator = new Generator(seed);
    Tensor tensor = Tensor.empty(DType.FLOAT32, Shape.of(dims));
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (4 * generator.nextDouble() - 2);
    }
    return Tensor.of(tensor.shape(), values);
  }

  static Tensor empty(int... dims) {
    return Tensor.full(DType.FLOAT32, Shape.of(dims), Double.NaN);
  }
}
