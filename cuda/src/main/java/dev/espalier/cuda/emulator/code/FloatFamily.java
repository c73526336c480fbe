package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.PtxType;
import java.util.function.IntBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Decodes arithmetic in single and double precision. */
final class FloatFamily {
  private FloatFamily() {}

  static void decode(Emitter emit, Opcode opcode) {
    if (opcode.type() == PtxType.F64) {
      emit.as(InstructionClass.FP64);
      decode64(emit, opcode);
    } else {
      emit.as(InstructionClass.FP32);
      decode32(emit, opcode);
    }
  }

  private static Rounding rounding(Opcode opcode) {
    Rounding named = Rounding.of(opcode.takeOneOf("rn", "rz", "rm", "rp"));
    return named == null ? Rounding.NEAREST : named;
  }

  private static void decode32(Emitter emit, Opcode opcode) {
    PtxType type = PtxType.F32;
    String root = opcode.root();
    Rounding rounding = rounding(opcode);
    Float32.Finish finish = new Float32.Finish(opcode.take("ftz"), opcode.take("sat"));
    boolean approximate = opcode.take("approx");
    boolean full = opcode.take("full");
    boolean spread = opcode.take("NaN");
    opcode.finish();
    switch (root) {
      case "add", "sub", "mul" -> {
        Float32.Binary function = Float32.binary(root, rounding);
        binary32(emit, finish.bits(function));
      }
      case "min", "max" -> binary32(emit, finish.bits(Float32.extreme(root.equals("max"), spread)));
      case "div" -> {
        if (approximate || full) {
          emit.as(InstructionClass.SPECIAL_FUNCTION);
        }
        Float32.Binary quotient = Float32.divide(rounding);
        boolean moved = (approximate || full) && emit.approximatesFarthest();
        if (moved) {
          quotient = ApproximationError.farthest(quotient);
        }
        binary32(emit, key(opcode, moved), finish.bits(quotient));
      }
      case "copysign" -> binary32(emit, Float32.copySign());
      case "fma", "mad" ->
          emit.lanes(
              IntLoops.Ternary.class,
              finish.bits(Float32.fma(rounding)),
              emit.target(type),
              emit.source(1, type),
              emit.source(2, type),
              emit.source(3, type));
      default -> unary32(emit, opcode, finish, rounding, approximate);
    }
  }

  private static void unary32(
      Emitter emit, Opcode opcode, Float32.Finish finish, Rounding rounding, boolean approximate) {
    String root = opcode.root();
    if (!root.equals("abs") && !root.equals("neg")) {
      emit.as(InstructionClass.SPECIAL_FUNCTION);
    }
    Float32.Unary function =
        rounding == Rounding.NEAREST
            ? Float32.unary(root)
            : switch (root) {
              case "rcp" -> Float32.reciprocal(rounding);
              case "sqrt" -> Float32.squareRoot(rounding);
              default -> null;
            };
    if (function == null) {
      throw opcode.unknown();
    }
    boolean moved = approximate && emit.approximatesFarthest();
    if (moved) {
      function = ApproximationError.farthest(root, function);
    }
    emit.lanes(
        key(opcode, moved),
        IntLoops.Unary.class,
        finish.bits(function),
        emit.target(PtxType.F32),
        emit.source(1, PtxType.F32));
  }

  private static String key(Opcode opcode, boolean moved) {
    return moved ? opcode.text() + " farthest" : opcode.text();
  }

  private static void binary32(Emitter emit, IntBinaryOperator function) {
    binary32(emit, emit.instruction().opcode(), function);
  }

  private static void binary32(Emitter emit, String key, IntBinaryOperator function) {
    emit.lanes(
        key,
        IntLoops.Binary.class,
        function,
        emit.target(PtxType.F32),
        emit.source(1, PtxType.F32),
        emit.source(2, PtxType.F32));
  }

  private static void decode64(Emitter emit, Opcode opcode) {
    PtxType type = PtxType.F64;
    String root = opcode.root();
    Rounding rounding = rounding(opcode);
    boolean approximate = opcode.take("approx");
    boolean flush = opcode.take("ftz");
    opcode.finish();
    switch (root) {
      case "add", "sub", "mul", "div", "min", "max" -> {
        Float64.Binary function = Float64.binary(root, rounding);
        if (function == null) {
          throw opcode.unknown();
        }
        binary64(emit, Float64.bits(function));
      }
      case "copysign" -> binary64(emit, Float64.copySign());
      case "fma", "mad" ->
          emit.lanes(
              LongLoops.Ternary.class,
              Float64.bits(Float64.fma(rounding)),
              emit.target(type),
              emit.source(1, type),
              emit.source(2, type),
              emit.source(3, type));
      default -> {
        LongUnaryOperator function = null;
        if (approximate && flush) {
          function = Float64.gross(root.equals("rsqrt"));
        } else if (rounding == Rounding.NEAREST && Float64.unary(root) != null) {
          function = Float64.bits(Float64.unary(root));
        }
        emit.lanes(LongLoops.Unary.class, function, emit.target(type), emit.source(1, type));
      }
    }
  }

  private static void binary64(Emitter emit, LongBinaryOperator function) {
    emit.lanes(
        LongLoops.Binary.class,
        function,
        emit.target(PtxType.F64),
        emit.source(1, PtxType.F64),
        emit.source(2, PtxType.F64));
  }
}
