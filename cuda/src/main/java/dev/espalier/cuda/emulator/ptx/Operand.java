package dev.espalier.cuda.emulator.ptx;

import java.util.List;

/** What an instruction reads, writes or jumps to. */
public sealed interface Operand {
  /** A register, or with {@code negated} the complement of a predicate. */
  record Reg(Register register, boolean negated) implements Operand {}

  /**
   * A number.
   *
   * @param bits an integer, or the bits of a float of {@code type}
   * @param type {@code S64} for an integer, {@code F32} or {@code F64} as written
   */
  record Immediate(long bits, PtxType type) implements Operand {}

  /** A register that the hardware sets, such as {@code %tid.x}. */
  record Special(String name) implements Operand {}

  /** The address of a variable, a label or a function. */
  record Symbol(Variable variable, String name) implements Operand {}

  /**
   * A place in memory.
   *
   * @param base a register, symbol or immediate
   * @param offset bytes beyond the base
   */
  record Address(Operand base, long offset) implements Operand {}

  /** Several registers or numbers as one operand. */
  record Vector(List<Operand> elements) implements Operand {}

  /** A destination with a predicate beside it, {@code d|p}. */
  record Pair(Operand first, Operand second) implements Operand {}

  /** The bit bucket {@code _}. */
  record Ignored() implements Operand {}
}
