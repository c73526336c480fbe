package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import java.util.function.IntBinaryOperator;

/** Decodes comparisons and selections. */
final class CompareFamily {
  private CompareFamily() {}

  /** {@code setp}, with its second destination and its joined predicate. */
  static void setPredicate(Emitter emit, Opcode opcode) {
    PtxType type = opcode.type();
    if (type.kind() == PtxType.Kind.PACKED) {
      throw opcode.unknown();
    }
    Comparison.Choice choice = Comparison.take(opcode);
    String join = opcode.takeOneOf("and", "or", "xor");
    boolean flush = opcode.take("ftz");
    opcode.finish();
    emit.as(classOf(type));
    CompareOp op = compare(emit, opcode, type, choice, flush, 1);
    targets(emit, op);
    if (join != null) {
      op.join =
          switch (join) {
            case "and" -> CompareOp.Join.AND;
            case "or" -> CompareOp.Join.OR;
            default -> CompareOp.Join.XOR;
          };
      op.c = emit.registers.predicate(emit.operand(3));
      op.joinNegated = emit.registers.negated(emit.operand(3));
    }
    emit.add(op);
  }

  private static InstructionClass classOf(PtxType type) {
    return switch (type) {
      case F32 -> InstructionClass.FP32;
      case F64 -> InstructionClass.FP64;
      case F16, BF16, F16X2, BF16X2 -> InstructionClass.FP16;
      default -> InstructionClass.INTEGER;
    };
  }

  private static CompareOp compare(
      Emitter emit,
      Opcode opcode,
      PtxType type,
      Comparison.Choice choice,
      boolean flush,
      int firstOperand) {
    Object function =
        type.isWide() ? Comparison.longs(choice, type) : Comparison.ints(choice, type, flush);
    if (function == null) {
      throw opcode.unknown();
    }
    // The predicate that is joined in is no part of the function.
    String key = "compare " + choice + type + flush;
    CompareOp op =
        (CompareOp)
            Templates.instance(
                key, type.isWide() ? TestLoops.Longs.class : TestLoops.Ints.class, function);
    op.a = emit.source(firstOperand, type);
    op.b = emit.source(firstOperand + 1, type);
    return op;
  }

  private static void targets(Emitter emit, CompareOp op) {
    Operand target = emit.operand(0);
    if (target instanceof Operand.Pair(Operand first, Operand second)) {
      op.d = predicateOrNone(emit, first);
      op.complement = predicateOrNone(emit, second);
    } else {
      op.d = predicateOrNone(emit, target);
    }
  }

  private static int predicateOrNone(Emitter emit, Operand operand) {
    return operand instanceof Operand.Ignored ? -1 : emit.registers.predicate(operand);
  }

  /** {@code set}: a comparison whose result is a number. */
  static void setNumber(Emitter emit, Opcode opcode) {
    PtxType result = opcode.type(0);
    PtxType type = opcode.type();
    Comparison.Choice choice = Comparison.take(opcode);
    boolean flush = opcode.take("ftz");
    opcode.finish();
    if (type.kind() == PtxType.Kind.PACKED) {
      setPair(emit, opcode, result, type, choice);
      return;
    }
    emit.as(classOf(type));
    CompareOp op = compare(emit, opcode, type, choice, flush, 1);
    op.d = emit.registers.newPredicate();
    emit.add(op);
    emit.add(new FlagOp(emit, op.d, result));
  }

  private static void setPair(
      Emitter emit, Opcode opcode, PtxType result, PtxType type, Comparison.Choice choice) {
    emit.as(InstructionClass.FP16);
    boolean brain = type == PtxType.BF16X2;
    PtxType element = brain ? PtxType.BF16 : PtxType.F16;
    Fn.IntTest test = Comparison.ints(choice, element, false);
    int yes =
        switch (result) {
          case F16X2 -> 0x3C00;
          case BF16X2 -> 0x3F80;
          case U32, S32, B32 -> 0xFFFF;
          default -> throw opcode.unknown();
        };
    IntBinaryOperator both =
        (a, b) ->
            (test.test(a & 0xFFFF, b & 0xFFFF) ? yes : 0)
                | (test.test(a >>> 16, b >>> 16) ? yes << 16 : 0);
    emit.lanes(
        IntLoops.Binary.class,
        both,
        emit.target(result),
        emit.source(1, type),
        emit.source(2, type));
  }

  /** {@code testp}: what kind of number it is. */
  static void property(Emitter emit, Opcode opcode) {
    PtxType type = opcode.type();
    String name =
        opcode.takeOneOf("finite", "infinite", "number", "notanumber", "normal", "subnormal");
    opcode.finish();
    if (name == null || (type != PtxType.F32 && type != PtxType.F64)) {
      throw opcode.unknown();
    }
    emit.as(classOf(type));
    boolean wide = type.isWide();
    CompareOp op =
        (CompareOp)
            Templates.instance(
                opcode.text(),
                wide ? TestLoops.Longs.class : TestLoops.Ints.class,
                wide ? Float64.property(name) : Float32.property(name));
    op.a = emit.source(1, type);
    op.b = op.a;
    targets(emit, op);
    emit.add(op);
  }
}
