package dev.espalier.prune.compile;

import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * An immutable network for inference, for any batch size; made by {@link Compiler}.
 *
 * <p>It owns copies of its weights, so the module it came from may change or go. Several threads
 * may run it at once: each has activations of its own, planned once per batch size ({@link #plan})
 * and reused, and outputs do not depend on who else runs. Close it to free its memory.
 */
public final class CompiledModel implements AutoCloseable {
  private final Program program;
  private final Workspaces workspaces;
  private final CompiledSummary summary;

  CompiledModel(Program program, List<String> notes) {
    this.program = program;
    this.workspaces = new Workspaces(program);
    this.summary = CompiledSummary.of(program, notes);
  }

  /**
   * The outputs for a batch of inputs.
   *
   * @param x of the type and shape of the example that the model was compiled with, but any number
   *     of rows from 1
   * @throws IllegalArgumentException if it is not, with both
   * @throws IllegalStateException if the model is closed
   */
  public Tensor run(Tensor x) {
    Shape example = program.example();
    if (x.dtype() != program.dtype()
        || x.rank() != example.rank()
        || x.dim(0) < 1
        || !x.shape().with(0, 1).equals(example.with(0, 1))) {
      throw new IllegalArgumentException(
          "compiled model: expects %s inputs of shape [N, …] like %s with at least one row but got %s of shape %s"
              .formatted(program.dtype(), example, x.dtype(), x.shape()));
    }
    Workspace workspace = workspaces.take(x.dim(0));
    try {
      return workspace.run(x);
    } finally {
      workspaces.giveBack(workspace);
    }
  }

  /** Where the activations of a batch of so many rows lie, and how much memory that is. */
  public MemoryPlan plan(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("plan: needs at least one row but got " + rows);
    }
    Shape[] shapes = program.shapes(rows);
    return MemoryPlanner.plan(program, shapes, Layouts.channelMajor(program, shapes)).plan();
  }

  /** What each step does, one line each, in order; weights with their format and density. */
  public List<String> layers() {
    return program.instructions().stream()
        .map(instruction -> instruction.step().describe())
        .toList();
  }

  /** The steps with their weights, formats and the reasons for them; prints as a table. */
  public CompiledSummary summary() {
    return summary;
  }

  /** Frees the activations that are kept for the next run. */
  public void trim() {
    workspaces.trim();
  }

  /**
   * Measures the latency of random batches, after warming up for at least a fifth of the time.
   *
   * @param batch rows per call
   * @param seconds how long to measure
   */
  public Latency benchmark(int batch, double seconds) {
    try (var _ = Scope.open("benchmark")) {
      Shape shape = program.example().with(0, batch);
      Tensor x = RandomFill.normal(new Generator(7), program.dtype(), shape, 0, 1);
      repeat(x, Math.max(Math.min(0.05, seconds), seconds / 5), 20);
      return Latency.of(repeat(x, seconds, 20));
    }
  }

  /**
   * Measures each step on random batches, after warming up for at least a fifth of the time.
   *
   * @param batch rows per call
   * @param seconds how long to measure
   */
  public StepTimes profile(int batch, double seconds) {
    try (var _ = Scope.open("profile")) {
      Shape shape = program.example().with(0, batch);
      Tensor x = RandomFill.normal(new Generator(7), program.dtype(), shape, 0, 1);
      repeat(x, Math.max(0.05, seconds / 5), 20);
      Workspace workspace = workspaces.take(batch);
      try {
        List<long[]> runs = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (runs.size() < 20 || System.nanoTime() < end) {
          long[] nanos = new long[program.instructions().size()];
          workspace.run(x, nanos).close();
          runs.add(nanos);
        }
        double[] micros = new double[program.instructions().size()];
        Arrays.setAll(
            micros,
            step ->
                Latency.of(runs.stream().mapToLong(run -> run[step]).toArray()).medianMillis()
                    * 1e3);
        return workspace.times(micros);
      } finally {
        workspaces.giveBack(workspace);
      }
    }
  }

  private long[] repeat(Tensor x, double seconds, int least) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    var times = LongStream.builder();
    for (int runs = 0; runs < least || System.nanoTime() < end; runs++) {
      long start = System.nanoTime();
      run(x).close();
      times.add(System.nanoTime() - start);
    }
    return times.build().toArray();
  }

  @Override
  public void close() {
    workspaces.close();
    program.instructions().forEach(instruction -> instruction.step().close());
  }
}
