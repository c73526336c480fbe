package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.PtxType;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.LongUnaryOperator;

/** Decodes integer arithmetic, logic and bit instructions. */
final class IntegerFamily {
  private IntegerFamily() {}

  static void decode(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.INTEGER);
    PtxType type = opcode.type();
    switch (opcode.root()) {
      case "mul", "mad", "mul24", "mad24" -> IntegerProducts.decode(emit, opcode, type);
      case "popc", "clz", "brev", "bfind" -> bits(emit, opcode, type);
      case "shl", "shr" -> shift(emit, opcode, type);
      case "bfe" -> extract(emit, opcode, type);
      case "bfi" -> {
        opcode.finish();
        emit.add(new InsertOp(emit, type));
      }
      case "abs", "neg", "not", "cnot" -> unary(emit, opcode, type);
      case "sad" -> ternary(emit, opcode, type, "sad");
      case "dp4a" -> dotBytes(emit, opcode);
      case "addc", "subc", "madc" -> carry(emit, opcode, type);
      default -> {
        if (opcode.take("cc")) {
          carryOut(emit, opcode, type, false);
        } else {
          binary(emit, opcode, type);
        }
      }
    }
  }

  private static void binary(Emitter emit, Opcode opcode, PtxType type) {
    boolean saturate = opcode.take("sat");
    opcode.finish();
    String root = opcode.root();
    if (type.isWide()) {
      emit.lanes(
          LongLoops.Binary.class,
          Int64.binary(root, type.isSigned()),
          emit.target(type),
          emit.source(1, type),
          emit.source(2, type));
      return;
    }
    IntBinaryOperator function = Int32.binary(root, type.isSigned());
    if (saturate) {
      function =
          switch (root) {
            case "add" -> Int32::addSaturated;
            case "sub" -> Int32::subtractSaturated;
            default -> null;
          };
    }
    emit.lanes(
        IntLoops.Binary.class,
        fit(function, type),
        emit.target(type),
        emit.source(1, type),
        emit.source(2, type));
  }

  /** A function on 32 bits made one on the width of {@code type}. */
  static IntBinaryOperator fit(IntBinaryOperator function, PtxType type) {
    if (function == null || type.bits() == 32) {
      return function;
    }
    return type.isSigned()
        ? (a, b) -> function.applyAsInt((short) a, (short) b) & 0xFFFF
        : (a, b) -> function.applyAsInt(a, b) & 0xFFFF;
  }

  private static void unary(Emitter emit, Opcode opcode, PtxType type) {
    opcode.finish();
    if (type.isWide()) {
      emit.lanes(
          LongLoops.Unary.class,
          Int64.unary(opcode.root()),
          emit.target(type),
          emit.source(1, type));
      return;
    }
    IntUnaryOperator function = Int32.unary(opcode.root());
    IntUnaryOperator fitting =
        type.bits() == 32
            ? function
            : type.isSigned()
                ? a -> function.applyAsInt((short) a) & 0xFFFF
                : a -> function.applyAsInt(a) & 0xFFFF;
    emit.lanes(IntLoops.Unary.class, fitting, emit.target(type), emit.source(1, type));
  }

  private static void shift(Emitter emit, Opcode opcode, PtxType type) {
    opcode.finish();
    int amount = emit.source(2, PtxType.U32);
    if (type.isWide()) {
      emit.lanes(
          LongLoops.Shift.class,
          Int64.shift(opcode.root(), type.isSigned()),
          emit.target(type),
          emit.source(1, type),
          amount);
      return;
    }
    IntBinaryOperator full = Int32.binary(opcode.root(), type.isSigned());
    IntBinaryOperator function =
        type.bits() == 32
            ? full
            : type.isSigned()
                ? (a, b) -> full.applyAsInt((short) a, b) & 0xFFFF
                : (a, b) -> full.applyAsInt(a, b) & 0xFFFF;
    emit.lanes(IntLoops.Binary.class, function, emit.target(type), emit.source(1, type), amount);
  }

  static void ternary(Emitter emit, Opcode opcode, PtxType type, String name) {
    opcode.finish();
    int d = emit.target(type);
    int a = emit.source(1, type);
    int b = emit.source(2, type);
    int c = emit.source(3, type);
    if (type.isWide()) {
      emit.lanes(LongLoops.Ternary.class, Int64.ternary(name, type.isSigned()), d, a, b, c);
      return;
    }
    Fn.Int3 full = Int32.ternary(name, type.isSigned());
    if (type.bits() == 16 && !name.equals("mad.lo")) {
      throw opcode.unknown();
    }
    Fn.Int3 function = type.bits() == 16 ? (x, y, z) -> full.apply(x, y, z) & 0xFFFF : full;
    emit.lanes(IntLoops.Ternary.class, function, d, a, b, c);
  }

  private static void bits(Emitter emit, Opcode opcode, PtxType type) {
    emit.as(InstructionClass.CONVERSION);
    boolean asShift = opcode.take("shiftamt");
    opcode.finish();
    String root = opcode.root();
    int a = emit.source(1, type);
    if (root.equals("brev") && type.isWide()) {
      emit.lanes(LongLoops.Unary.class, Int64.unary(root), emit.target(type), a);
      return;
    }
    int d = emit.target(PtxType.B32);
    boolean find = root.equals("bfind");
    if (type.isWide()) {
      emit.lanes(
          IntLoops.FromLong.class,
          find ? Int64.highestBit(type.isSigned(), asShift) : Int64.count(root),
          d,
          a);
    } else {
      emit.lanes(
          IntLoops.Unary.class,
          find ? Int32.highestBit(type.isSigned(), asShift) : Int32.unary(root),
          d,
          a);
    }
  }

  private static void extract(Emitter emit, Opcode opcode, PtxType type) {
    opcode.finish();
    int d = emit.target(type);
    int a = emit.source(1, type);
    if (!type.isWide()) {
      emit.lanes(
          IntLoops.Ternary.class,
          Int32.ternary("bfe", type.isSigned()),
          d,
          a,
          emit.source(2, PtxType.U32),
          emit.source(3, PtxType.U32));
      return;
    }
    int position = emit.constant(2);
    int length = emit.constant(3);
    boolean signed = type.isSigned();
    LongUnaryOperator function = x -> Int64.extract(x, position, length, signed);
    emit.lanes(opcode.text() + position + "," + length, LongLoops.Unary.class, function, d, a);
  }

  private static void dotBytes(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.INTEGER_MULTIPLY);
    opcode.finish();
    PtxType first = opcode.type(0);
    PtxType second = opcode.type(1);
    emit.lanes(
        IntLoops.Ternary.class,
        Int32.dotBytes(first.isSigned(), second.isSigned()),
        emit.target(first),
        emit.source(1, first),
        emit.source(2, second),
        emit.source(3, PtxType.B32));
  }

  private static void carry(Emitter emit, Opcode opcode, PtxType type) {
    String part = opcode.takeOneOf("lo", "hi");
    boolean out = opcode.take("cc");
    opcode.finish();
    emit.add(new CarryOp(emit, opcode.root(), type, "hi".equals(part), true, out));
  }

  static void carryOut(Emitter emit, Opcode opcode, PtxType type, boolean high) {
    opcode.finish();
    emit.add(new CarryOp(emit, opcode.root(), type, high, false, true));
  }
}
