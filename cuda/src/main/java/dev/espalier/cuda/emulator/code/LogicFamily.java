package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.PtxType;

/** Decodes logic of three operands, byte permutation and funnel shifts. */
final class LogicFamily {
  private LogicFamily() {}

  static void decode(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.INTEGER);
    PtxType type = opcode.type();
    if (type != PtxType.B32) {
      throw opcode.unknown();
    }
    Fn.Int3 function;
    String key = opcode.text();
    switch (opcode.root()) {
      case "lop3" -> {
        int table = emit.constant(4);
        key += " " + table;
        function = Int32.logic(table);
      }
      case "prmt" -> function = Int32::permute;
      default -> {
        String direction = opcode.takeOneOf("l", "r");
        String mode = opcode.takeOneOf("wrap", "clamp");
        if (direction == null || mode == null) {
          throw opcode.unknown();
        }
        function = Int32.funnel(direction.equals("l"), mode.equals("clamp"));
      }
    }
    opcode.finish();
    emit.lanes(
        key,
        IntLoops.Ternary.class,
        function,
        emit.target(type),
        emit.source(1, type),
        emit.source(2, type),
        emit.source(3, type));
  }
}
