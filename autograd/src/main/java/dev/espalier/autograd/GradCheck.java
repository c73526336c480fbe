package dev.espalier.autograd;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Compares gradients with central differences in float64.
 *
 * <p>For output y and a fixed random cotangent c, the scalar {@code f = Σ c y} is differentiated
 * both ways: {@code (f(x + h) - f(x - h)) / 2h} with {@code h = 1e-5 max(1, |x|)}, whose error is
 * about {@code h² f''' + 1e-16 |f| / h}, so a relative bound of 1e-6 holds for smooth f. Keep
 * inputs away from kinks. PyTorch: {@code torch.autograd.gradcheck}, {@code gradgradcheck}.
 */
public final class GradCheck {
  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 1e-6;

  private GradCheck() {}

  /**
   * Checks the first derivatives of a function of leaves.
   *
   * @throws AssertionError naming input, element, analytic and numeric value of the first
   *     disagreement
   */
  public static void check(Function<List<Variable>, Variable> function, Variable... inputs) {
    requireFloat64(inputs);
    try (var _ = Scope.open("gradient check")) {
      Tensor cotangent = cotangent(function, inputs);
      List<Variable> analytic =
          Autograd.grad(
              weighted(function.apply(List.of(inputs)), cotangent), List.of(inputs), false);
      for (int i = 0; i < inputs.length; i++) {
        if (inputs[i].requiresGrad()) {
          compare(function, inputs, i, analytic.get(i).tensor().toDoubleArray(), cotangent);
        }
      }
    }
  }

  /**
   * Checks the second derivatives as well: the gradient with a random weighting is itself checked.
   */
  public static void checkTwice(Function<List<Variable>, Variable> function, Variable... inputs) {
    check(function, inputs);
    try (var _ = Scope.open("second gradient check")) {
      Tensor cotangent = cotangent(function, inputs);
      var generator = new Generator(17);
      List<Tensor> weights = new ArrayList<>();
      for (Variable input : inputs) {
        weights.add(RandomFill.uniform(generator, DType.FLOAT64, input.shape(), 0.5, 1.5));
      }
      check(leaves -> weightedGradients(function, leaves, cotangent, weights), inputs);
    }
  }

  private static Variable weightedGradients(
      Function<List<Variable>, Variable> function,
      List<Variable> leaves,
      Tensor cotangent,
      List<Tensor> weights) {
    List<Variable> first = Autograd.grad(weighted(function.apply(leaves), cotangent), leaves, true);
    Variable sum = Variable.of(Tensor.scalar(DType.FLOAT64, 0));
    for (int i = 0; i < leaves.size(); i++) {
      if (leaves.get(i).requiresGrad()) {
        Variable dependent = leaves.get(i).sum().mul(0); // a constant gradient has a graph too then
        sum = sum.add(weighted(first.get(i), weights.get(i))).add(dependent);
      }
    }
    return sum;
  }

  private static void compare(
      Function<List<Variable>, Variable> function,
      Variable[] inputs,
      int which,
      double[] analytic,
      Tensor cotangent) {
    Tensor x = inputs[which].tensor();
    double scale = 0;
    double[] numeric = new double[analytic.length];
    for (int e = 0; e < analytic.length; e++) {
      numeric[e] = difference(function, inputs, x, e, cotangent);
      scale = Math.max(scale, Math.abs(numeric[e]));
    }
    for (int e = 0; e < analytic.length; e++) {
      double error = Math.abs(analytic[e] - numeric[e]);
      if (!(error <= TOLERANCE * Math.max(1, scale))) {
        throw new AssertionError(
            "gradient check: input %d (shape %s) element %d: analytic %.12g, numeric %.12g, difference %.3g"
                .formatted(which, x.shape(), e, analytic[e], numeric[e], error));
      }
    }
  }

  private static double difference(
      Function<List<Variable>, Variable> function,
      Variable[] inputs,
      Tensor x,
      int element,
      Tensor cotangent) {
    int[] index = indexOf(x, element);
    double original = x.get(index);
    double h = STEP * Math.max(1, Math.abs(original));
    x.set(original + h, index);
    double above = weighted(function.apply(List.of(inputs)), cotangent).tensor().item();
    x.set(original - h, index);
    double below = weighted(function.apply(List.of(inputs)), cotangent).tensor().item();
    x.set(original, index);
    return (above - below) / (2 * h);
  }

  private static Variable weighted(Variable value, Tensor weights) {
    return value.mul(Variable.of(weights)).sum();
  }

  private static Tensor cotangent(Function<List<Variable>, Variable> function, Variable[] inputs) {
    return RandomFill.uniform(
        new Generator(16), DType.FLOAT64, function.apply(List.of(inputs)).shape(), 0.5, 1.5);
  }

  private static int[] indexOf(Tensor x, int flat) {
    int[] index = new int[x.rank()];
    int rest = flat;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = rest % x.dim(axis);
      rest /= x.dim(axis);
    }
    return index;
  }

  private static void requireFloat64(Variable[] inputs) {
    for (Variable input : inputs) {
      if (input.requiresGrad() && input.dtype() != DType.FLOAT64) {
        throw new IllegalArgumentException(
            "gradient check: needs float64 inputs but got " + input.dtype());
      }
    }
  }
}
