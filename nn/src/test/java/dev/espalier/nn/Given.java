package dev.espalier.nn;

import dev.espalier.autograd.Variable;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;

/** Values that tests start from. */
public final class Given {
  private Given() {}

  /** A float32 constant. */
  public static Variable constant(Shape shape, float... values) {
    return Variable.of(Tensor.of(shape, values));
  }

  /** A float32 leaf that collects a gradient. */
  public static Variable leaf(Shape shape, float... values) {
    return Variable.leaf(Tensor.of(shape, values));
  }

  /** The whole numbers from 0 on. */
  public static Tensor counting(int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Tensor.of(shape, values);
  }

  /** Standard normal values. */
  public static Tensor normal(long seed, int... dims) {
    return RandomFill.normal(new Generator(seed), DType.FLOAT32, Shape.of(dims), 0, 1);
  }

  /** Overwrites a parameter. */
  public static void set(Parameter parameter, float... values) {
    parameter.tensor().copyFrom(Tensor.of(parameter.shape(), values));
  }

  /** A variable's elements. */
  public static float[] values(Variable variable) {
    return variable.tensor().toFloatArray();
  }

  /** A variable's gradient. */
  public static float[] gradient(Variable variable) {
    return values(variable.grad());
  }

  /** The largest magnitude. */
  public static float largest(Tensor tensor) {
    float largest = 0;
    for (float value : tensor.toFloatArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
