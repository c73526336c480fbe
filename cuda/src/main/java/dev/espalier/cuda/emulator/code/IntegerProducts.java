package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.PtxType;
import java.util.function.IntBinaryOperator;

/** Decodes multiplications of integers, with and without an addition. */
final class IntegerProducts {
  private IntegerProducts() {}

  static void decode(Emitter emit, Opcode opcode, PtxType type) {
    emit.as(InstructionClass.INTEGER_MULTIPLY);
    boolean sum = opcode.root().startsWith("mad");
    if (opcode.root().endsWith("24")) {
      product24(emit, opcode, type, sum);
      return;
    }
    String part = opcode.takeOneOf("lo", "hi", "wide");
    if (part == null) {
      throw opcode.refuse("needs .lo, .hi or .wide");
    }
    if (opcode.take("cc")) {
      IntegerFamily.carryOut(emit, opcode, type, part.equals("hi"));
      return;
    }
    opcode.finish();
    if (part.equals("wide")) {
      wide(emit, opcode, type, sum);
    } else if (sum) {
      IntegerFamily.ternary(emit, opcode, type, "mad." + part);
    } else if (type.isWide()) {
      emit.lanes(
          LongLoops.Binary.class,
          Int64.binary("mul." + part, type.isSigned()),
          emit.target(type),
          emit.source(1, type),
          emit.source(2, type));
    } else {
      IntBinaryOperator function =
          type.bits() == 16 && part.equals("hi")
              ? type.isSigned()
                  ? (a, b) -> ((short) a * (short) b >> 16) & 0xFFFF
                  : (a, b) -> a * b >>> 16
              : IntegerFamily.fit(Int32.binary("mul." + part, type.isSigned()), type);
      emit.lanes(
          IntLoops.Binary.class,
          function,
          emit.target(type),
          emit.source(1, type),
          emit.source(2, type));
    }
  }

  private static void product24(Emitter emit, Opcode opcode, PtxType type, boolean sum) {
    if (opcode.takeOneOf("lo") == null || sum) {
      throw opcode.unknown();
    }
    opcode.finish();
    IntBinaryOperator function =
        type.isSigned()
            ? (a, b) -> (a << 8 >> 8) * (b << 8 >> 8)
            : (a, b) -> (a & 0xFFFFFF) * (b & 0xFFFFFF);
    emit.lanes(
        IntLoops.Binary.class,
        function,
        emit.target(type),
        emit.source(1, type),
        emit.source(2, type));
  }

  private static void wide(Emitter emit, Opcode opcode, PtxType type, boolean sum) {
    int a = emit.source(1, type);
    int b = emit.source(2, type);
    if (type.bits() == 16) {
      int d = emit.target(PtxType.B32);
      boolean signed = type.isSigned();
      if (sum) {
        Fn.Int3 function = signed ? (x, y, z) -> (short) x * (short) y + z : (x, y, z) -> x * y + z;
        emit.lanes(IntLoops.Ternary.class, function, d, a, b, emit.source(3, PtxType.B32));
      } else {
        IntBinaryOperator function = signed ? (x, y) -> (short) x * (short) y : (x, y) -> x * y;
        emit.lanes(IntLoops.Binary.class, function, d, a, b);
      }
      return;
    }
    if (type.bits() != 32) {
      throw opcode.unknown();
    }
    int d = emit.target(PtxType.B64);
    if (sum) {
      Fn.WideSum function =
          type.isSigned()
              ? (x, y, z) -> (long) x * y + z
              : (x, y, z) -> (x & 0xFFFFFFFFL) * (y & 0xFFFFFFFFL) + z;
      emit.lanes(LongLoops.WideSum.class, function, d, a, b, emit.source(3, PtxType.B64));
    } else {
      Fn.Wide function =
          type.isSigned()
              ? (x, y) -> (long) x * y
              : (x, y) -> (x & 0xFFFFFFFFL) * (y & 0xFFFFFFFFL);
      emit.lanes(LongLoops.Wide.class, function, d, a, b);
    }
  }
}
