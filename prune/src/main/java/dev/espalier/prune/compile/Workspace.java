package dev.espalier.prune.compile;

import dev.espalier.prune.compile.Program.Instruction;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of one run of a program for one number of rows, planned and allocated once; one thread
 * at a time may use it.
 */
final class Workspace implements AutoCloseable {
  private final Program program;
  private final Shape[] shapes;
  private final boolean[] channelMajor;
  private final MemoryPlanner.Placed placed;
  private final List<Tensor> owned = new ArrayList<>();

  /** By slot; null where the input or the output of a run goes. */
  private final Activation[] planned;

  /** By slot, in the present run. */
  private final Activation[] values;

  /** By instruction, in the present run. */
  private final Activation[][] operands;

  Workspace(Program program, int rows) {
    this.program = program;
    this.shapes = program.shapes(rows);
    this.channelMajor = Layouts.channelMajor(program, shapes);
    this.placed = MemoryPlanner.plan(program, shapes, channelMajor);
    this.planned = new Activation[shapes.length];
    this.values = new Activation[shapes.length];
    this.operands =
        program.instructions().stream()
            .map(instruction -> new Activation[instruction.inputs().length])
            .toArray(Activation[][]::new);
    try (var _ = Scope.open("compiled model")) {
      int perLine = (int) MemoryPlanner.ALIGNMENT / program.dtype().bytes();
      int lines = Math.toIntExact(plan().peakBytes() / MemoryPlanner.ALIGNMENT);
      Tensor block = own(Tensor.empty(program.dtype(), Shape.of(lines, perLine)));
      for (int slot = 0; slot < shapes.length; slot++) {
        planned[slot] = placed.buffers()[slot] < 0 ? null : view(block, slot);
      }
    }
  }

  private Activation view(Tensor block, int slot) {
    var buffer = plan().buffers().get(placed.buffers()[slot]);
    int line = (int) (buffer.offset() / MemoryPlanner.ALIGNMENT);
    int lines = (int) (buffer.bytes() / MemoryPlanner.ALIGNMENT);
    Shape shape = shapes[slot];
    Tensor elements =
        block.narrow(0, line, lines).reshape(-1).narrow(0, 0, Math.toIntExact(shape.size()));
    if (!channelMajor[slot]) {
      return Activation.rowMajor(own(elements.reshape(shape)));
    }
    Shape exchanged = shape.with(0, shape.dim(1)).with(1, shape.dim(0));
    Tensor stored = own(elements.reshape(exchanged));
    return new Activation(stored, own(stored.transpose(0, 1)));
  }

  private Tensor own(Tensor tensor) {
    owned.add(Scope.detach(tensor));
    return tensor;
  }

  MemoryPlan plan() {
    return placed.plan();
  }

  int rows() {
    return shapes[0].dim(0);
  }

  /** The outputs, a tensor of the caller's own. */
  Tensor run(Tensor x) {
    return run(x, null);
  }

  /**
   * The outputs, a tensor of the caller's own.
   *
   * @param nanos where how long each step took goes, or null
   */
  Tensor run(Tensor x, long[] nanos) {
    Tensor out = Tensor.empty(program.dtype(), shapes[program.result()], x.device());
    try (var _ = Scope.open("compiled model")) {
      System.arraycopy(planned, 0, values, 0, values.length);
      values[0] = Activation.rowMajor(x.alias());
      for (int i = 0; i < operands.length; i++) {
        long start = nanos == null ? 0 : System.nanoTime();
        step(i, out);
        if (nanos != null) {
          nanos[i] = System.nanoTime() - start;
        }
      }
      Tensor result = values[program.result()].tensor();
      return result == out ? out : out.copyFrom(result);
    } catch (RuntimeException | Error e) {
      out.close();
      throw e;
    }
  }

  private void step(int i, Tensor out) {
    Instruction instruction = program.instructions().get(i);
    int slot = Program.outputOf(i);
    Activation[] inputs = operands[i];
    for (int k = 0; k < inputs.length; k++) {
      inputs[k] = values[instruction.inputs()[k]];
    }
    if (values[slot] == null) {
      values[slot] =
          Activation.rowMajor(
              placed.buffers()[slot] == MemoryPlanner.OUTPUT
                  ? out
                  : inputs[0].stored().reshape(shapes[slot]));
    }
    if (!isView(instruction, slot)) {
      instruction.step().run(values[slot], inputs);
    }
  }

  /** The steps with the times that were taken of them. */
  StepTimes times(double[] micros) {
    List<StepTimes.Row> rows = new ArrayList<>();
    for (int i = 0; i < micros.length; i++) {
      Step step = program.instructions().get(i).step();
      int slot = Program.outputOf(i);
      String format = step instanceof ProductStep product ? product.format(shapes[slot]) : "";
      rows.add(
          new StepTimes.Row(step.title(), shapes[slot], channelMajor[slot], format, micros[i]));
    }
    return new StepTimes(rows(), rows);
  }

  /** Whether a step has nothing to do, since its output is its input's memory. */
  private boolean isView(Instruction instruction, int slot) {
    int in = instruction.inputs()[0];
    return instruction.step() instanceof FlattenStep
        && FlattenStep.isView(shapes[in], channelMajor[in], channelMajor[slot]);
  }

  @Override
  public void close() {
    owned.forEach(Tensor::close);
  }
}
