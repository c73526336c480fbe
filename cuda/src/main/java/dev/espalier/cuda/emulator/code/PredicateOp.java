package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Operand;

/** Logic on predicates: one machine word holds those of all lanes. */
final class PredicateOp extends Op {
  private enum Function {
    MOVE,
    NOT,
    AND,
    OR,
    XOR
  }

  private final Function function;
  private final int d;
  private final int a;
  private final int b;
  private final boolean negatedA;
  private final boolean negatedB;
  private final int constantA;

  private PredicateOp(Emitter emit, Function function, boolean constant) {
    this.function = function;
    d = emit.registers.predicate(emit.operand(0));
    constantA = constant ? (emit.constant(1) != 0 ? -1 : 0) : 0;
    a = constant ? -1 : emit.registers.predicate(emit.operand(1));
    negatedA = emit.registers.negated(emit.operand(1));
    boolean second = emit.operands() > 2;
    b = second ? emit.registers.predicate(emit.operand(2)) : 0;
    negatedB = second && emit.registers.negated(emit.operand(2));
  }

  static void decode(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.INTEGER);
    opcode.finish();
    Function function =
        switch (opcode.root()) {
          case "mov" -> Function.MOVE;
          case "not" -> Function.NOT;
          case "and" -> Function.AND;
          case "or" -> Function.OR;
          case "xor" -> Function.XOR;
          default -> throw opcode.unknown();
        };
    boolean constant = emit.operand(1) instanceof Operand.Immediate;
    emit.add(new PredicateOp(emit, function, constant));
  }

  @Override
  void execute(Warp warp, int mask) {
    int[] p = warp.predicates;
    int x = a < 0 ? constantA : negatedA ? ~p[a] : p[a];
    int y = negatedB ? ~p[b] : p[b];
    int result =
        switch (function) {
          case MOVE -> x;
          case NOT -> ~x;
          case AND -> x & y;
          case OR -> x | y;
          case XOR -> x ^ y;
        };
    p[d] = (p[d] & ~mask) | (result & mask);
  }
}
