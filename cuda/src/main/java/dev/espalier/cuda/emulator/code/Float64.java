package dev.espalier.cuda.emulator.code;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Double.longBitsToDouble;

import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** What double-precision instructions compute in one lane. */
final class Float64 {
  private static final long HIGH_WORD = 0xFFFFFFFF00000000L;

  private Float64() {}

  /** A function of one double. */
  interface Unary {
    double apply(double a);
  }

  /** A function of two doubles. */
  interface Binary {
    double apply(double a, double b);
  }

  /** A function of three doubles. */
  interface Ternary {
    double apply(double a, double b, double c);
  }

  static LongUnaryOperator bits(Unary f) {
    return a -> doubleToRawLongBits(f.apply(longBitsToDouble(a)));
  }

  static LongBinaryOperator bits(Binary f) {
    return (a, b) -> doubleToRawLongBits(f.apply(longBitsToDouble(a), longBitsToDouble(b)));
  }

  static Fn.Long3 bits(Ternary f) {
    return (a, b, c) ->
        doubleToRawLongBits(f.apply(longBitsToDouble(a), longBitsToDouble(b), longBitsToDouble(c)));
  }

  static Unary unary(String root) {
    return switch (root) {
      case "abs" -> Math::abs;
      case "neg" -> a -> -a;
      case "rcp" -> a -> 1 / a;
      case "sqrt" -> Math::sqrt;
      case "rsqrt" -> a -> 1 / Math.sqrt(a);
      default -> null;
    };
  }

  /**
   * The reciprocal, or that of the square root, to the 20 bits of mantissa that {@code
   * .approx.ftz.f64} gives: of the operand and of the result only the upper 32 bits count.
   */
  static LongUnaryOperator gross(boolean root) {
    return a -> {
      double value = flushed(longBitsToDouble(a & HIGH_WORD));
      double result = flushed(1 / (root ? Math.sqrt(value) : value));
      return doubleToRawLongBits(result) & HIGH_WORD;
    };
  }

  private static double flushed(double value) {
    return Math.abs(value) < Double.MIN_NORMAL ? Math.copySign(0.0, value) : value;
  }

  static Binary binary(String root, Rounding rounding) {
    return switch (root) {
      case "add" -> rounding == Rounding.NEAREST ? (a, b) -> a + b : rounding::add;
      case "sub" -> rounding == Rounding.NEAREST ? (a, b) -> a - b : (a, b) -> rounding.add(a, -b);
      case "mul" -> rounding == Rounding.NEAREST ? (a, b) -> a * b : rounding::multiply;
      case "div" -> rounding == Rounding.NEAREST ? (a, b) -> a / b : null;
      case "min" -> extreme(false);
      case "max" -> extreme(true);
      default -> null;
    };
  }

  private static Binary extreme(boolean largest) {
    return (a, b) -> {
      if (Double.isNaN(a) || Double.isNaN(b)) {
        return Double.isNaN(a) ? b : a;
      }
      return largest ? Math.max(a, b) : Math.min(a, b);
    };
  }

  static Ternary fma(Rounding rounding) {
    return rounding == Rounding.NEAREST ? (a, b, c) -> Math.fma(a, b, c) : rounding::fma;
  }

  static LongBinaryOperator copySign() {
    return (a, b) -> (a & Long.MIN_VALUE) | (b & Long.MAX_VALUE);
  }

  /** The tests of {@code testp}, or null. */
  static Fn.LongTest property(String name) {
    return switch (name) {
      case "finite" -> (a, _) -> Double.isFinite(longBitsToDouble(a));
      case "infinite" -> (a, _) -> Double.isInfinite(longBitsToDouble(a));
      case "number" -> (a, _) -> !Double.isNaN(longBitsToDouble(a));
      case "notanumber" -> (a, _) -> Double.isNaN(longBitsToDouble(a));
      case "normal" ->
          (a, _) ->
              Double.isFinite(longBitsToDouble(a))
                  && Math.abs(longBitsToDouble(a)) >= Double.MIN_NORMAL;
      case "subnormal" ->
          (a, _) -> a << 1 != 0 && Math.abs(longBitsToDouble(a)) < Double.MIN_NORMAL;
      default -> null;
    };
  }
}
