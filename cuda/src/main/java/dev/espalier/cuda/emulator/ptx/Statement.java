package dev.espalier.cuda.emulator.ptx;

import java.util.List;

/** A line of a function's body. */
public sealed interface Statement {
  /** A place to jump to. */
  record Label(String name) implements Statement {}

  /**
   * An instruction.
   *
   * @param line in the PTX text
   * @param source where it was compiled from, or null
   * @param guard the predicate under which it runs, or null
   * @param opcode with all modifiers, as written
   */
  record Instruction(
      int line, SourceLine source, Operand.Reg guard, String opcode, List<Operand> operands)
      implements Statement {
    /** The opcode before its first dot. */
    public String root() {
      int dot = opcode.indexOf('.');
      return dot < 0 ? opcode : opcode.substring(0, dot);
    }

    /** A refusal that quotes the instruction. */
    public PtxException refuse(String problem) {
      return new PtxException(line, "'" + opcode + "' " + problem);
    }
  }
}
