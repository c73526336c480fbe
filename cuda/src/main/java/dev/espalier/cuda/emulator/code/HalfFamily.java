package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.PtxType;

/**
 * Decodes arithmetic on 16-bit floats, one or two in a register.
 *
 * <p>Each result is the exact one rounded once, to nearest with ties to even.
 */
final class HalfFamily {
  private HalfFamily() {}

  static void decode(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.FP16);
    PtxType type = opcode.type();
    boolean packed = type.kind() == PtxType.Kind.PACKED;
    PtxType element = type == PtxType.BF16 || type == PtxType.BF16X2 ? PtxType.BF16 : PtxType.F16;
    opcode.take("rn");
    boolean flush = opcode.take("ftz");
    boolean saturate = opcode.take("sat");
    boolean relu = opcode.take("relu");
    boolean spread = opcode.take("NaN");
    boolean approximate = opcode.take("approx");
    opcode.finish();
    Ternary function = function(opcode.root(), spread);
    if (function == null
        || (approximate && !opcode.root().equals("ex2") && !opcode.root().equals("tanh"))) {
      throw opcode.unknown();
    }
    Finish finish = new Finish(element, flush, saturate, relu);
    Fn.Int3 lane = finish.of(function);
    Fn.Int3 whole =
        packed
            ? (a, b, c) ->
                lane.apply(a & 0xFFFF, b & 0xFFFF, c & 0xFFFF)
                    | lane.apply(a >>> 16, b >>> 16, c >>> 16) << 16
            : lane;
    int a = emit.source(1, type);
    int b = emit.operands() > 2 ? emit.source(2, type) : a;
    int c = emit.operands() > 3 ? emit.source(3, type) : a;
    emit.lanes(IntLoops.Ternary.class, whole, emit.target(type), a, b, c);
  }

  /** A function of up to three values, as an exact sum of two doubles. */
  interface Ternary {
    /** Gives {@code finish} the result. */
    int apply(float a, float b, float c, Finish finish);
  }

  private static Ternary function(String root, boolean spread) {
    return switch (root) {
      case "add" -> (a, b, _, finish) -> finish.sum(a, b);
      case "sub" -> (a, b, _, finish) -> finish.sum(a, -b);
      case "mul" -> (a, b, _, finish) -> finish.sum((double) a * b, -0.0);
      case "fma" -> (a, b, c, finish) -> finish.sum((double) a * b, c);
      case "neg" -> (a, _, _, finish) -> finish.exact(-a);
      case "abs" -> (a, _, _, finish) -> finish.exact(Math.abs(a));
      case "min" -> extreme(Float32.extreme(false, spread));
      case "max" -> extreme(Float32.extreme(true, spread));
      case "ex2" -> (a, _, _, finish) -> finish.sum(Math.pow(2, a), -0.0);
      case "tanh" -> (a, _, _, finish) -> finish.sum(Math.tanh(a), -0.0);
      default -> null;
    };
  }

  private static Ternary extreme(Float32.Binary function) {
    return (a, b, _, finish) -> finish.exact(function.apply(a, b));
  }

  /** How operands are read and a result is rounded. */
  record Finish(PtxType element, boolean flush, boolean saturate, boolean relu) {
    private static final float F16_NORMAL = 0x1p-14f;

    Fn.Int3 of(Ternary function) {
      return (a, b, c) -> function.apply(read(a), read(b), read(c), this);
    }

    private float read(int bits) {
      float value = Half.from(element, bits);
      return flush && Math.abs(value) < F16_NORMAL ? Math.copySign(0f, value) : value;
    }

    int exact(float value) {
      return Half.to(element, value);
    }

    int sum(double a, double b) {
      double sum = a + b;
      double part = sum - a;
      double error = Double.isInfinite(sum) ? 0 : (a - (sum - part)) + (b - part);
      int bits = Half.to(element, sum, error);
      if (!flush && !saturate && !relu) {
        return bits;
      }
      float value = Half.from(element, bits);
      if (flush && Math.abs(value) < F16_NORMAL) {
        value = Math.copySign(0f, value);
      }
      if (saturate) {
        value = Float32.saturated(value);
      }
      if (relu && value < 0) {
        value = 0;
      }
      return Half.to(element, value);
    }
  }
}
