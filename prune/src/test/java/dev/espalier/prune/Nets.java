package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.tune.Continue;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;

/** Models and inputs for tests. */
public final class Nets {
  private Nets() {}

  /** A model of the zoo whose biases and normalisations are not the trivial ones of a new model. */
  public static Module zoo(String name) {
    return disturbed(Models.create(name, 10, new Generator(1)));
  }

  /** Gives biases, scales, shifts and running statistics random values. */
  public static Module disturbed(Module module) {
    var generator = new Generator(2);
    for (Parameter parameter : module.parameters()) {
      if (parameter.shape().rank() == 1) {
        fill(parameter.tensor(), generator, 0.5, 1.5);
      }
    }
    for (Module part : module.namedModules().values()) {
      if (part instanceof BatchNorm norm) {
        fill(norm.bias().tensor(), generator, -0.5, 0.5);
        fill(norm.runningMean(), generator, -0.5, 0.5);
        fill(norm.runningVariance(), generator, 0.5, 2);
      }
    }
    return module;
  }

  private static void fill(Tensor tensor, Generator generator, double low, double high) {
    try (Tensor values = RandomFill.uniform(generator, tensor.dtype(), tensor.shape(), low, high)) {
      tensor.copyFrom(values);
    }
  }

  /** Random inputs of a model of the zoo. */
  public static Tensor inputs(String name, int rows) {
    return inputs(Models.entry(name).input(), rows);
  }

  /** Random inputs; the shape is that of one. */
  public static Tensor inputs(Shape one, int rows) {
    int[] dims = new int[one.rank() + 1];
    dims[0] = rows;
    System.arraycopy(one.toArray(), 0, dims, 1, one.rank());
    return RandomFill.normal(new Generator(3), DType.FLOAT32, Shape.of(dims), 0, 1);
  }

  /** A linear layer without bias and with the given weight. */
  public static Linear linear(int in, int out, float... weight) {
    var layer = new Linear(in, out, false, new Generator(4));
    layer.weight().tensor().copyFrom(Tensor.of(Shape.of(out, in), weight));
    return layer;
  }

  /** Pruning once, without a floor for the classifier. */
  public static Method method(Structure structure, Scorer scorer, RankingScope scope) {
    return new Method(
        "test", "", structure, scorer, scope, new OneShot(), new Continue(), Floors.NONE);
  }

  /** The outputs in evaluation mode. */
  public static Tensor outputs(Module module, Tensor inputs) {
    try (var _ = module.evaluating();
        var _ = Autograd.noGrad();
        var scope = Scope.open("outputs")) {
      return scope.keep(module.forward(Variable.of(inputs)).tensor());
    }
  }

  /** Number of parameters. */
  public static long parameters(Module module) {
    return module.parameters().stream().mapToLong(p -> p.tensor().size()).sum();
  }

  /** Number of parameters that masks keep. */
  public static long kept(Module module) {
    return module.parameters().stream().mapToLong(Parameter::kept).sum();
  }

  /** Equal up to a share of the largest expected value. */
  public static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double[] a = actual.toDoubleArray();
    double[] b = expected.toDoubleArray();
    double scale = 0;
    double error = 0;
    for (int i = 0; i < a.length; i++) {
      scale = Math.max(scale, Math.abs(b[i]));
      error = Math.max(error, Double.isFinite(a[i]) ? Math.abs(a[i] - b[i]) : Double.MAX_VALUE);
    }
    assertThat(scale).isGreaterThan(1e-3);
    assertThat(error / scale).isLessThanOrEqualTo(tolerance);
  }

  /** Waits until the collector has freed what earlier tests left behind. */
  public static void settledMemory() throws InterruptedException {
    int unchanged = 0;
    for (int i = 0; i < 100 && unchanged < 3; i++) {
      int before = Memory.stats().liveStorages();
      System.gc();
      Thread.sleep(10);
      unchanged = Memory.stats().liveStorages() == before ? unchanged + 1 : 0;
    }
  }
}
