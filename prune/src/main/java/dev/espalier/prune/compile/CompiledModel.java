package dev.espalier.prune.compile;

import dev.espalier.autograd.Autograd;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.util.List;

/**
 * An immutable network for inference, for any batch size; made by {@link Compiler}.
 *
 * <p>It owns copies of its weights, so the module it came from may change or go. Several threads
 * may run it at once. Close it to free its memory.
 */
public final class CompiledModel implements AutoCloseable {
  /**
   * One step with its wiring.
   *
   * @param inputs slots of the operands; slot 0 is the model's input
   * @param output slot of the result
   * @param lastUses slots whose value is needed by no later step
   */
  record Instruction(Step step, int[] inputs, int output, int[] lastUses) {
    Instruction {
      inputs = inputs.clone();
      lastUses = lastUses.clone();
    }
  }

  private final List<Instruction> program;
  private final int slots;
  private final int result;
  private final Shape example;
  private final DType dtype;

  CompiledModel(List<Instruction> program, int slots, int result, Tensor example) {
    this.program = List.copyOf(program);
    this.slots = slots;
    this.result = result;
    this.example = example.shape();
    this.dtype = example.dtype();
  }

  /**
   * The outputs for a batch of inputs.
   *
   * @param x of the type and shape of the example that the model was compiled with, but any number
   *     of rows from 1
   * @throws IllegalArgumentException if it is not, with both
   */
  public Tensor run(Tensor x) {
    if (x.dtype() != dtype
        || x.rank() != example.rank()
        || x.dim(0) < 1
        || !x.shape().with(0, 1).equals(example.with(0, 1))) {
      throw new IllegalArgumentException(
          "compiled model: expects %s inputs of shape [N, …] like %s with at least one row but got %s of shape %s"
              .formatted(dtype, example, x.dtype(), x.shape()));
    }
    try (var scope = Scope.open("compiled model");
        var _ = Autograd.noGrad()) {
      Tensor[] values = new Tensor[slots];
      values[0] = x.alias();
      for (Instruction instruction : program) {
        Tensor[] operands = new Tensor[instruction.inputs.length];
        for (int i = 0; i < operands.length; i++) {
          operands[i] = values[instruction.inputs[i]];
        }
        values[instruction.output] = instruction.step.run(operands);
        for (int slot : instruction.lastUses) {
          values[slot].close();
        }
      }
      Tensor out = values[result];
      return scope.keep(out.sharesStorageWith(x) ? out.copy() : out.contiguous());
    }
  }

  /** What each step does, one line each, in order; weights with their format and density. */
  public List<String> layers() {
    return program.stream().map(instruction -> instruction.step.describe()).toList();
  }

  /**
   * Measures the latency of random batches, after warming up for at least a fifth of the time.
   *
   * @param batch rows per call
   * @param seconds how long to measure
   */
  public Latency benchmark(int batch, double seconds) {
    try (var _ = Scope.open("benchmark")) {
      Tensor x = RandomFill.normal(new Generator(7), dtype, example.with(0, batch), 0, 1);
      repeat(x, Math.max(0.05, seconds / 5), 20);
      return Latency.of(repeat(x, seconds, 20));
    }
  }

  private long[] repeat(Tensor x, double seconds, int least) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    var times = java.util.stream.LongStream.builder();
    for (int runs = 0; runs < least || System.nanoTime() < end; runs++) {
      long start = System.nanoTime();
      run(x).close();
      times.add(System.nanoTime() - start);
    }
    return times.build().toArray();
  }

  @Override
  public void close() {
    program.forEach(instruction -> instruction.step.close());
  }
}
