package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.ptx.PtxType;
import java.util.function.LongUnaryOperator;

/** What {@code cvt} computes: from the raw bits of one register to those of another. */
final class Conversion {
  private static final double TWO_63 = 0x1p63;

  private Conversion() {}

  /** Reads the bits of a register as a double, exactly. */
  interface Decode {
    double value(long bits);
  }

  /** Gives a double the bits of another type. */
  interface Encode {
    long bits(double value);
  }

  /**
   * How a conversion is done.
   *
   * @param rounding null where the opcode names none
   * @param integral whether the result of a conversion between floats has no fraction
   * @param registerBits the width of the register written
   */
  record Mode(
      Rounding rounding,
      boolean integral,
      boolean ftz,
      boolean saturate,
      boolean relu,
      boolean away,
      boolean finite,
      int registerBits) {}

  /** The conversion from {@code source} to {@code target}, or null if there is none. */
  static LongUnaryOperator of(PtxType target, PtxType source, Mode mode) {
    boolean fromFloat = source.kind() == PtxType.Kind.FLOAT;
    boolean toFloat = target.kind() == PtxType.Kind.FLOAT;
    if (!fromFloat && !toFloat) {
      return integers(target, source, mode);
    }
    if (!fromFloat) {
      return fromInteger(target, source, mode);
    }
    Decode decode = decode(source, mode.ftz);
    return toFloat ? floats(target, source, decode, mode) : toInteger(target, decode, mode);
  }

  private static LongUnaryOperator integers(PtxType target, PtxType source, Mode mode) {
    LongUnaryOperator read = extend(source);
    LongUnaryOperator write = narrow(target, mode.registerBits);
    if (!mode.saturate) {
      return a -> write.applyAsLong(read.applyAsLong(a));
    }
    long least = target.isSigned() ? -1L << (target.bits() - 1) : 0;
    long most = target.isSigned() ? ~least : -1L >>> (64 - target.bits());
    boolean sourceIsHuge = source == PtxType.U64;
    boolean targetIsHuge = target == PtxType.U64;
    return a -> {
      long value = read.applyAsLong(a);
      boolean above = sourceIsHuge && value < 0;
      long kept = above ? most : Math.max(value, least);
      kept = targetIsHuge ? (above ? value : kept) : Math.min(kept, most);
      return write.applyAsLong(kept);
    };
  }

  /** Reads an integer of a type from the low bits of a register. */
  static LongUnaryOperator extend(PtxType type) {
    return switch (type) {
      case S8 -> a -> (byte) a;
      case U8, B8 -> a -> a & 0xFF;
      case S16 -> a -> (short) a;
      case U16, B16 -> a -> a & 0xFFFF;
      case S32 -> a -> (int) a;
      case U32, B32 -> a -> a & 0xFFFFFFFFL;
      default -> a -> a;
    };
  }

  /** Extends a result to the register it is written to. */
  private static LongUnaryOperator narrow(PtxType type, int registerBits) {
    LongUnaryOperator extend = extend(type);
    return registerBits == 16
        ? a -> extend.applyAsLong(a) & 0xFFFF
        : registerBits == 8 ? a -> a & 0xFF : extend;
  }

  private static LongUnaryOperator fromInteger(PtxType target, PtxType source, Mode mode) {
    LongUnaryOperator read = extend(source);
    Rounding rounding = mode.rounding == null ? Rounding.NEAREST : mode.rounding;
    boolean huge = source == PtxType.U64;
    return switch (target) {
      case F64 ->
          a -> {
            long value = read.applyAsLong(a);
            double result =
                huge && value < 0 ? 2 * rounding.toDouble(halved(value)) : rounding.toDouble(value);
            return Double.doubleToRawLongBits(result);
          };
      case F32 -> a -> Float.floatToRawIntBits(single(rounding, read.applyAsLong(a), huge));
      case F16, BF16 ->
          rounding != Rounding.NEAREST
              ? null
              : a -> {
                long value = read.applyAsLong(a);
                double nearest = huge && value < 0 ? 2 * (double) halved(value) : (double) value;
                return Half.to(target, nearest, 0);
              };
      default -> null;
    };
  }

  private static float single(Rounding rounding, long value, boolean huge) {
    return huge && value < 0 ? 2 * rounding.toFloat(halved(value)) : rounding.toFloat(value);
  }

  /** Half of an unsigned number, whose lost bit still tells a tie. */
  private static long halved(long value) {
    return (value >>> 1) | (value & 1);
  }

  static Decode decode(PtxType source, boolean ftz) {
    return switch (source) {
      case F32, TF32 ->
          ftz
              ? a -> Float32.flushed(Float.intBitsToFloat((int) a))
              : a -> Float.intBitsToFloat((int) a);
      case F64 -> Double::longBitsToDouble;
      case F16 -> a -> Half.fromF16((int) a);
      case BF16 -> a -> Half.fromBf16((int) a);
      default -> null;
    };
  }

  private static LongUnaryOperator toInteger(PtxType target, Decode decode, Mode mode) {
    if (mode.rounding == null) {
      return null;
    }
    Rounding rounding = mode.rounding;
    LongUnaryOperator write = narrow(target, mode.registerBits);
    if (target == PtxType.U64) {
      return a -> unsigned(rounding.integral(decode.value(a)));
    }
    long least = target.isSigned() ? -1L << (target.bits() - 1) : 0;
    long most = target.isSigned() ? ~least : -1L >>> (64 - target.bits());
    // Java's conversion saturates and makes 0 of what is no number, as the hardware does.
    return a ->
        write.applyAsLong(Math.clamp((long) rounding.integral(decode.value(a)), least, most));
  }

  private static long unsigned(double value) {
    if (!(value > 0)) {
      return 0;
    }
    if (value < TWO_63) {
      return (long) value;
    }
    return value >= 2 * TWO_63 ? -1 : (long) (value - TWO_63) ^ Long.MIN_VALUE;
  }

  private static LongUnaryOperator floats(
      PtxType target, PtxType source, Decode decode, Mode mode) {
    Rounding rounding = mode.rounding == null ? Rounding.NEAREST : mode.rounding;
    Encode encode = encode(target, mode.integral ? Rounding.NEAREST : rounding, mode);
    if (encode == null) {
      return null;
    }
    boolean whole = mode.integral || (target == source && mode.rounding != null);
    boolean saturate = mode.saturate;
    boolean relu = mode.relu;
    boolean finite = mode.finite;
    double largest = target == PtxType.F16 ? 65504.0 : 0x1.FEp127;
    return a -> {
      double value = decode.value(a);
      if (whole) {
        value = rounding.integral(value);
      }
      if (saturate) {
        value = value > 0 ? Math.min(value, 1) : 0;
      }
      if (relu && value < 0) {
        value = 0;
      }
      if (finite && Math.abs(value) > largest) {
        value = Math.copySign(largest, value);
      }
      return encode.bits(value);
    };
  }

  static Encode encode(PtxType target, Rounding rounding, Mode mode) {
    boolean ftz = mode.ftz;
    return switch (target) {
      case F64 -> Double::doubleToRawLongBits;
      case F32 ->
          value -> {
            float result = rounding.toFloat(value);
            return Float.floatToRawIntBits(ftz ? Float32.flushed(result) : result);
          };
      case TF32 -> mode.away ? value -> tf32Away((float) value) : value -> tf32((float) value);
      case F16, BF16 ->
          rounding == Rounding.NEAREST
              ? value -> Half.to(target, value, 0)
              : value -> Half.to(target, (float) value, rounding);
      default -> null;
    };
  }

  /** Ten bits of mantissa, ties away from zero. */
  static int tf32Away(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.isFinite(value) ? (bits + 0x1000) & 0xFFFFE000 : bits;
  }

  /** Ten bits of mantissa, ties to even. */
  private static int tf32(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.isFinite(value) ? (bits + 0xFFF + ((bits >>> 13) & 1)) & 0xFFFFE000 : bits;
  }
}
