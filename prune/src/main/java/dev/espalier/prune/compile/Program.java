package dev.espalier.prune.compile;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Steps in order, with their wiring. Slot 0 is the model's input and slot i + 1 the output of step
 * i.
 *
 * @param example shape of an input; the rows may be others
 * @param result the slot of the model's output
 */
record Program(List<Instruction> instructions, Shape example, DType dtype, int result) {
  /**
   * One step.
   *
   * @param inputs slots of the operands
   */
  record Instruction(Step step, int[] inputs) {}

  Program {
    instructions = List.copyOf(instructions);
  }

  int slots() {
    return instructions.size() + 1;
  }

  /** The slot that an instruction writes. */
  static int outputOf(int instruction) {
    return instruction + 1;
  }

  /** The shape of each slot for a number of rows. */
  Shape[] shapes(int rows) {
    Shape[] shapes = new Shape[slots()];
    shapes[0] = example.with(0, rows);
    for (int i = 0; i < instructions.size(); i++) {
      Instruction instruction = instructions.get(i);
      shapes[outputOf(i)] = instruction.step.output(at(shapes, instruction.inputs));
    }
    return shapes;
  }

  static Shape[] at(Shape[] shapes, int... slots) {
    return Arrays.stream(slots).mapToObj(slot -> shapes[slot]).toArray(Shape[]::new);
  }
}
