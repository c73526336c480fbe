package dev.espalier.autograd;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;

/** Leaves in float64 for tests. */
public final class Given {
  private Given() {}

  /** A vector. */
  public static Variable vector(double... values) {
    return leaf(Shape.of(values.length), values);
  }

  /** A scalar. */
  public static Variable scalar(double value) {
    return leaf(Shape.SCALAR, value);
  }

  /** Row-major values. */
  public static Variable leaf(Shape shape, double... values) {
    return Variable.leaf(Tensor.of(shape, values));
  }

  /** Uniform on [-1, 1). */
  public static Variable random(long seed, int... dims) {
    return uniform(seed, -1, 1, dims);
  }

  /** Uniform on [low, high). */
  public static Variable uniform(long seed, double low, double high, int... dims) {
    return Variable.leaf(
        RandomFill.uniform(new Generator(seed), DType.FLOAT64, Shape.of(dims), low, high));
  }

  /** Values at least 0.2 apart from each other and 0.1 from zero, in random order. */
  public static Variable distinct(long seed, int... dims) {
    Shape shape = Shape.of(dims);
    int[] order = new Generator(seed).permutation((int) shape.size());
    double[] values = new double[order.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.2 * (order[i] - values.length / 2) + 0.1;
    }
    return leaf(shape, values);
  }

  /** Labels or indices. */
  public static Tensor indices(long... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  /**
   * Waits until the collector has freed what earlier tests left behind, so that counts of live
   * memory change by what a test does only.
   */
  public static void settledMemory() throws InterruptedException {
    int unchanged = 0;
    for (int i = 0; i < 100 && unchanged < 3; i++) {
      int before = Memory.stats().liveStorages();
      System.gc();
      Thread.sleep(10);
      unchanged = Memory.stats().liveStorages() == before ? unchanged + 1 : 0;
    }
  }

  /** The values of a variable in row-major order. */
  public static double[] values(Variable variable) {
    return variable.tensor().toDoubleArray();
  }
}
