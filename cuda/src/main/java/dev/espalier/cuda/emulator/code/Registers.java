package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.ptx.Immediates;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxException;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.Register;
import dev.espalier.cuda.emulator.ptx.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the registers of one kernel. What an instruction may read besides registers has a number
 * as well: constants, special registers and parameters are arrays of 32 values like all others.
 */
final class Registers {
  /** What a number stands for. */
  sealed interface Slot {
    /** A register of the kernel. */
    record Virtual() implements Slot {}

    /** The same number in all lanes of all launches. */
    record Constant(long bits) implements Slot {}

    /** What the hardware sets. */
    record Special(SpecialRegister register) implements Slot {}

    /** The same number in all lanes of one launch. */
    record Parameter(int offset, PtxType type) implements Slot {}
  }

  private final List<Slot> ints = new ArrayList<>();
  private final List<Slot> longs = new ArrayList<>();
  private final Map<Register, Integer> numbers = new HashMap<>();
  private final Map<Slot, Integer> intSlots = new HashMap<>();
  private final Map<Slot, Integer> longSlots = new HashMap<>();
  private final Map<Variable, Long> addresses;
  private int predicates;
  private int carryFlag = -1;
  private int line;

  /** Registers whose symbols have the given addresses. */
  Registers(Map<Variable, Long> addresses) {
    this.addresses = addresses;
  }

  List<Slot> ints() {
    return ints;
  }

  List<Slot> longs() {
    return longs;
  }

  int predicates() {
    return predicates;
  }

  /** The line that is named when an operand is refused. */
  void at(int line) {
    this.line = line;
  }

  /** The predicate that stands for the carry flag. */
  int carryFlag() {
    if (carryFlag < 0) {
      carryFlag = newPredicate();
    }
    return carryFlag;
  }

  int newPredicate() {
    return predicates++;
  }

  int newInt() {
    ints.add(new Slot.Virtual());
    return ints.size() - 1;
  }

  int newLong() {
    longs.add(new Slot.Virtual());
    return longs.size() - 1;
  }

  int number(Register register) {
    return numbers.computeIfAbsent(
        register,
        r -> r.type() == PtxType.PRED ? newPredicate() : r.type().isWide() ? newLong() : newInt());
  }

  int constantInt(int bits) {
    return slot(ints, intSlots, new Slot.Constant(bits));
  }

  int constantLong(long bits) {
    return slot(longs, longSlots, new Slot.Constant(bits));
  }

  /** A parameter read as {@code type}, which is wide or not. */
  int parameter(int offset, PtxType type) {
    Slot slot = new Slot.Parameter(offset, type);
    return type.isWide() ? slot(longs, longSlots, slot) : slot(ints, intSlots, slot);
  }

  private static int slot(List<Slot> slots, Map<Slot, Integer> known, Slot slot) {
    return known.computeIfAbsent(
        slot,
        s -> {
          slots.add(s);
          return slots.size() - 1;
        });
  }

  /** The number of what an instruction reads as {@code type}. */
  int source(Operand operand, PtxType type) {
    return switch (operand) {
      case Operand.Reg(Register register, boolean negated) when !negated -> {
        if (register.type() == PtxType.PRED || register.type().isWide() != type.isWide()) {
          throw refuse(operand, "is read as " + type + ", but is " + register.type());
        }
        yield number(register);
      }
      case Operand.Immediate immediate -> constant(Immediates.as(type, immediate), type);
      case Operand.Symbol(Variable variable, String _) when addresses.containsKey(variable) ->
          constant(addresses.get(variable), type);
      case Operand.Address(Operand.Symbol(Variable variable, String _), long offset)
          when addresses.containsKey(variable) ->
          constant(addresses.get(variable) + offset, type);
      case Operand.Special(String name) -> special(name, type);
      default -> throw refuse(operand, "cannot be read as " + type);
    };
  }

  private int constant(long bits, PtxType type) {
    if (type.isWide()) {
      return constantLong(bits);
    }
    return constantInt(type.bits() == 32 ? (int) bits : (int) bits & ((1 << type.bits()) - 1));
  }

  private int special(String name, PtxType type) {
    SpecialRegister register = SpecialRegister.find(name);
    if (register == null) {
      throw new PtxException(line, "the special register '" + name + "' is not supported");
    }
    Slot slot = new Slot.Special(register);
    return type.isWide() ? slot(longs, longSlots, slot) : slot(ints, intSlots, slot);
  }

  /** The number of what an instruction writes as {@code type}. */
  int target(Operand operand, PtxType type) {
    if (operand instanceof Operand.Ignored) {
      return type.isWide() ? newLong() : newInt();
    }
    if (operand instanceof Operand.Reg(Register register, boolean _)
        && register.type() != PtxType.PRED
        && register.type().isWide() == type.isWide()) {
      return number(register);
    }
    throw refuse(operand, "cannot be written as " + type);
  }

  /** The number of a predicate, whose complement may be meant. */
  int predicate(Operand operand) {
    if (operand instanceof Operand.Reg(Register register, boolean _)
        && register.type() == PtxType.PRED) {
      return number(register);
    }
    throw refuse(operand, "is no predicate");
  }

  boolean negated(Operand operand) {
    return operand instanceof Operand.Reg(Register _, boolean negated) && negated;
  }

  static boolean isPredicate(Operand operand) {
    return operand instanceof Operand.Reg(Register register, boolean _)
        && register.type() == PtxType.PRED;
  }

  /** The register behind an operand, or null. */
  static Register register(Operand operand) {
    return operand instanceof Operand.Reg(Register register, boolean _) ? register : null;
  }

  private PtxException refuse(Operand operand, String problem) {
    String name =
        switch (operand) {
          case Operand.Reg(Register register, boolean _) -> register.name();
          case Operand.Symbol(Variable _, String symbol) -> symbol;
          default -> operand.toString();
        };
    return new PtxException(line, "'" + name + "' " + problem);
  }
}
