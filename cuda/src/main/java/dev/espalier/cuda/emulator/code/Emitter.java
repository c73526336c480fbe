package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Approximations;
import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.Statement;
import java.util.ArrayList;
import java.util.List;

/** What a family of instructions needs to decode one: its parts, and where the result goes. */
final class Emitter {
  final Registers registers;
  private final Approximations approximations;
  private final List<Op> ops = new ArrayList<>();
  private Statement.Instruction instruction;
  private InstructionClass opClass;
  private int guard;
  private boolean guardNegated;

  Emitter(Registers registers, Approximations approximations) {
    this.registers = registers;
    this.approximations = approximations;
  }

  boolean approximatesFarthest() {
    return approximations == Approximations.FARTHEST;
  }

  void begin(Statement.Instruction next) {
    instruction = next;
    opClass = InstructionClass.OTHER;
    registers.at(next.line());
    guard = next.guard() == null ? -1 : registers.predicate(next.guard());
    guardNegated = next.guard() != null && next.guard().negated();
  }

  /** What was emitted since the last call. */
  List<Op> drain() {
    List<Op> drained = List.copyOf(ops);
    ops.clear();
    return drained;
  }

  Statement.Instruction instruction() {
    return instruction;
  }

  /** Sets the class of what is emitted next. */
  void as(InstructionClass next) {
    opClass = next;
  }

  Operand operand(int position) {
    if (position >= instruction.operands().size()) {
      throw instruction.refuse("has too few operands");
    }
    return instruction.operands().get(position);
  }

  int operands() {
    return instruction.operands().size();
  }

  /** An operand that must be known when the module is loaded. */
  int constant(int position) {
    if (operand(position) instanceof Operand.Immediate(long bits, PtxType _)) {
      return (int) bits;
    }
    throw instruction.refuse("needs a number as operand " + (position + 1));
  }

  int source(int position, PtxType type) {
    return registers.source(operand(position), type);
  }

  int target(PtxType type) {
    return registers.target(operand(0), type);
  }

  <T extends Op> T add(T op) {
    op.guard = guard;
    op.guardNegated = guardNegated;
    op.origin = instruction;
    op.opClass = opClass;
    ops.add(op);
    return op;
  }

  /** Emits a loop over the lanes with the given registers. */
  void lanes(Class<? extends LaneOp> template, Object function, int d, int... sources) {
    lanes(instruction.opcode(), template, function, d, sources);
  }

  /** As above, for a function that {@code key} and not the opcode alone determines. */
  void lanes(String key, Class<? extends LaneOp> template, Object function, int d, int... sources) {
    if (function == null) {
      throw instruction.refuse("is no instruction that the emulator knows");
    }
    LaneOp op = Templates.instance(template.getName() + " " + key, template, function);
    op.d = d;
    op.a = sources[0];
    op.b = sources.length > 1 ? sources[1] : 0;
    op.c = sources.length > 2 ? sources[2] : 0;
    add(op);
  }
}
