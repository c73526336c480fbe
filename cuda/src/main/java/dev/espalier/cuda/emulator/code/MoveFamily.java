package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.LongToIntFunction;
import java.util.function.LongUnaryOperator;

/** Decodes moves, packing and unpacking, address and number conversions. */
final class MoveFamily {
  private MoveFamily() {}

  static void move(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.INTEGER);
    opcode.finish();
    PtxType type = opcode.type();
    if (type == PtxType.PRED) {
      PredicateOp.decode(emit, opcode);
    } else if (emit.operand(1) instanceof Operand.Vector(List<Operand> parts)) {
      pack(emit, opcode, type, parts);
    } else if (emit.operand(0) instanceof Operand.Vector(List<Operand> parts)) {
      unpack(emit, opcode, type, parts);
    } else {
      copy(emit, type, emit.target(type), emit.source(1, type));
    }
  }

  /** Copies one register to another of the same width. */
  static void copy(Emitter emit, PtxType type, int target, int source) {
    if (type.isWide()) {
      emit.lanes("copy", LongLoops.Unary.class, LongUnaryOperator.identity(), target, source);
    } else {
      emit.lanes("copy", IntLoops.Unary.class, IntUnaryOperator.identity(), target, source);
    }
  }

  private static void pack(Emitter emit, Opcode opcode, PtxType type, List<Operand> parts) {
    Registers registers = emit.registers;
    if (parts.size() == 2 && type.bits() == 64) {
      Fn.Wide join = (low, high) -> (low & 0xFFFFFFFFL) | (long) high << 32;
      emit.lanes(
          "pack",
          LongLoops.Wide.class,
          join,
          emit.target(type),
          registers.source(parts.get(0), PtxType.B32),
          registers.source(parts.get(1), PtxType.B32));
    } else if (parts.size() == 2 && type.bits() == 32) {
      join16(emit, emit.target(type), parts.get(0), parts.get(1));
    } else if (parts.size() == 4 && type.bits() == 64) {
      int low = registers.newInt();
      int high = registers.newInt();
      join16(emit, low, parts.get(0), parts.get(1));
      join16(emit, high, parts.get(2), parts.get(3));
      Fn.Wide join = (a, b) -> (a & 0xFFFFFFFFL) | (long) b << 32;
      emit.lanes("pack", LongLoops.Wide.class, join, emit.target(type), low, high);
    } else {
      throw opcode.unknown();
    }
  }

  private static void join16(Emitter emit, int target, Operand low, Operand high) {
    IntBinaryOperator join = (a, b) -> (a & 0xFFFF) | b << 16;
    emit.lanes(
        "pack",
        IntLoops.Binary.class,
        join,
        target,
        emit.registers.source(low, PtxType.B16),
        emit.registers.source(high, PtxType.B16));
  }

  private static void unpack(Emitter emit, Opcode opcode, PtxType type, List<Operand> parts) {
    int source = emit.source(1, type);
    int width = type.bits() / parts.size();
    if (width != 32 && width != 16) {
      throw opcode.unknown();
    }
    PtxType part = width == 32 ? PtxType.B32 : PtxType.B16;
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i) instanceof Operand.Ignored) {
        continue;
      }
      int shift = i * width;
      int ones = width == 32 ? -1 : 0xFFFF;
      int target = emit.registers.target(parts.get(i), part);
      if (type.isWide()) {
        LongToIntFunction take = a -> (int) (a >>> shift) & ones;
        emit.lanes("unpack" + shift + "/" + width, IntLoops.FromLong.class, take, target, source);
      } else {
        IntUnaryOperator take = a -> (a >>> shift) & ones;
        emit.lanes("unpack" + shift + "/" + width, IntLoops.Unary.class, take, target, source);
      }
    }
  }

  /** {@code cvta}: between addresses of one space and generic ones. */
  static void address(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.INTEGER);
    boolean to = opcode.take("to");
    String space = opcode.takeOneOf("global", "const", "shared", "shared::cta", "local", "param");
    opcode.finish();
    if (space == null || !opcode.type().isWide()) {
      throw opcode.unknown();
    }
    long window = AddressSpaces.window(space);
    long shift = to ? -window : window;
    LongUnaryOperator move = a -> a + shift;
    PtxType type = opcode.type();
    emit.lanes(LongLoops.Unary.class, move, emit.target(type), emit.source(1, type));
  }

  /** {@code cvt}. */
  static void convert(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.CONVERSION);
    if (opcode.types() != 2) {
      throw opcode.refuse("needs two types");
    }
    PtxType target = opcode.type(0);
    PtxType source = opcode.type(1);
    String roundingName = opcode.takeOneOf("rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi");
    boolean away = opcode.take("rna");
    PtxType register = registerType(emit, target);
    Conversion.Mode mode =
        new Conversion.Mode(
            Rounding.of(roundingName),
            roundingName != null && roundingName.endsWith("i"),
            opcode.take("ftz"),
            opcode.take("sat"),
            opcode.take("relu"),
            away,
            opcode.take("satfinite"),
            register.bits());
    opcode.finish();
    if (target.kind() == PtxType.Kind.PACKED) {
      convertPair(emit, opcode, target, source, mode);
      return;
    }
    LongUnaryOperator function = Conversion.of(target, source, mode);
    if (function == null) {
      throw opcode.unknown();
    }
    String key = opcode.text() + " to " + register.bits();
    int a = emit.registers.source(emit.operand(1), sourceType(emit, source));
    int d = emit.target(register);
    if (target.bits() == register.bits() && isPlainInteger(target, source, mode)) {
      // The commonest conversions, which cost least on the hardware as well.
      emit.as(InstructionClass.INTEGER);
    }
    if (register.isWide()) {
      if (sourceType(emit, source).isWide()) {
        emit.lanes(key, LongLoops.Unary.class, function, d, a);
      } else {
        IntToLongFunction fromInt = x -> function.applyAsLong(x & 0xFFFFFFFFL);
        emit.lanes(key, LongLoops.FromInt.class, fromInt, d, a);
      }
    } else if (sourceType(emit, source).isWide()) {
      LongToIntFunction toInt = x -> (int) function.applyAsLong(x);
      emit.lanes(key, IntLoops.FromLong.class, toInt, d, a);
    } else {
      IntUnaryOperator inInts = x -> (int) function.applyAsLong(x & 0xFFFFFFFFL);
      emit.lanes(key, IntLoops.Unary.class, inInts, d, a);
    }
  }

  private static boolean isPlainInteger(PtxType target, PtxType source, Conversion.Mode mode) {
    return target.kind() != PtxType.Kind.FLOAT
        && source.kind() != PtxType.Kind.FLOAT
        && !mode.saturate();
  }

  private static PtxType registerType(Emitter emit, PtxType target) {
    var register = Registers.register(emit.operand(0));
    return register == null ? target : register.type();
  }

  private static PtxType sourceType(Emitter emit, PtxType source) {
    var register = Registers.register(emit.operand(1));
    return register == null ? source : register.type();
  }

  private static void convertPair(
      Emitter emit, Opcode opcode, PtxType target, PtxType source, Conversion.Mode mode) {
    PtxType half = target == PtxType.BF16X2 ? PtxType.BF16 : PtxType.F16;
    LongUnaryOperator function = source == PtxType.F32 ? Conversion.of(half, source, mode) : null;
    if (function == null) {
      throw opcode.unknown();
    }
    IntBinaryOperator both =
        (high, low) ->
            (int) function.applyAsLong(high) << 16 | ((int) function.applyAsLong(low) & 0xFFFF);
    emit.lanes(
        IntLoops.Binary.class,
        both,
        emit.target(target),
        emit.source(1, source),
        emit.source(2, source));
  }
}
