package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.bench.machine.TunedTable;
import dev.espalier.bench.peer.Problem;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.compile.CompiledModel;
import dev.espalier.prune.compile.Compiler;
import dev.espalier.prune.compile.FormatChoice;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A compiled network on a batch; its outputs must be those of the module it was compiled from. */
final class InferenceWorkload implements Workload {
  /** Products of a few thousand terms, some twenty layers deep, folded and reordered. */
  private static final long ROUNDINGS = 4096;

  private final Problem.Inference problem;
  private final double remainingFlops;
  private final double bytes;
  private final CompiledModel compiled;
  private final Tensor input;
  private final double[] expected;
  private final double magnitude;
  private Tensor result;

  InferenceWorkload(CaseName name) {
    NetworkShape shape = NetworkShape.parse(name.shape());
    Module module = Networks.create(shape.network(), name.sparsity());
    ModelSummary summary = ModelSummary.of(module, Models.entry(shape.network()).input());
    problem =
        new Problem.Inference(
            shape.network(),
            name.sparsity(),
            shape.batch(),
            (double) summary.flops() * shape.batch());
    remainingFlops = (double) summary.remainingFlops() * shape.batch();
    input =
        RandomFill.uniform(
            new Generator(2), DType.FLOAT32, Networks.input(shape.network(), shape.batch()), -1, 1);
    FormatChoice formats =
        name.isDense() ? FormatChoice.dense() : FormatChoice.byTable(TunedTable.load());
    try (Tensor example = input.narrow(0, 0, 1)) {
      compiled = Compiler.compile(module, example, formats);
    }
    expected = outputs(module, input);
    bytes = 4.0 * (input.size() + expected.length) + 8.0 * summary.nonZero();
    double largest = 0;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    magnitude = largest;
  }

  private static double[] outputs(Module module, Tensor input) {
    try (var _ = module.evaluating();
        var _ = Autograd.noGrad();
        Tensor output = module.forward(Variable.of(input)).tensor()) {
      float[] values = output.toFloatArray();
      double[] exact = new double[values.length];
      for (int i = 0; i < exact.length; i++) {
        exact[i] = values[i];
      }
      return exact;
    }
  }

  @Override
  public void run() {
    if (result != null) {
      result.close();
    }
    result = compiled.run(input);
  }

  @Override
  public double usefulFlops() {
    return remainingFlops;
  }

  @Override
  public double bytes() {
    return bytes;
  }

  @Override
  public long elements() {
    return expected.length;
  }

  @Override
  public double actual(long element) {
    return result.segment().getAtIndex(JAVA_FLOAT, element);
  }

  @Override
  public Expected expected(long element) {
    return new Expected(expected[Math.toIntExact(element)], magnitude, ROUNDINGS);
  }

  @Override
  public Problem problem() {
    return problem;
  }

  @Override
  public List<MemorySegment> inputs() {
    return List.of(input.segment());
  }

  @Override
  public long denseElements() {
    return expected.length;
  }

  @Override
  public void close() {
    if (result != null) {
      result.close();
    }
    compiled.close();
    input.close();
  }
}
