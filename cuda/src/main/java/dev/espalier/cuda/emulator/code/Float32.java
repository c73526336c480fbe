package dev.espalier.cuda.emulator.code;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;

/**
 * What single-precision instructions compute in one lane.
 *
 * <p>Results that the hardware only approximates ({@code ex2}, {@code lg2}, {@code sin}, {@code
 * cos}, {@code rcp}, {@code rsqrt}, {@code sqrt}, {@code div}, {@code tanh} with {@code .approx})
 * are computed in double precision and rounded once: within the error that the instruction set
 * documents, yet not the hardware's last bit. {@link ApproximationError} uses that error up.
 */
final class Float32 {
  private static final int CANONICAL_NAN = 0x7FFFFFFF;

  private Float32() {}

  /** A function of one float. */
  interface Unary {
    float apply(float a);
  }

  /** A function of two floats. */
  interface Binary {
    float apply(float a, float b);
  }

  /** A function of three floats. */
  interface Ternary {
    float apply(float a, float b, float c);
  }

  /** How a result is finished: subnormal numbers flushed to zero, clamped to [0, 1]. */
  record Finish(boolean flush, boolean saturate) {
    IntUnaryOperator bits(Unary f) {
      if (!flush && !saturate) {
        return a -> floatToRawIntBits(f.apply(intBitsToFloat(a)));
      }
      return a -> floatToRawIntBits(out(f.apply(in(a))));
    }

    IntBinaryOperator bits(Binary f) {
      if (!flush && !saturate) {
        return (a, b) -> floatToRawIntBits(f.apply(intBitsToFloat(a), intBitsToFloat(b)));
      }
      return (a, b) -> floatToRawIntBits(out(f.apply(in(a), in(b))));
    }

    Fn.Int3 bits(Ternary f) {
      if (!flush && !saturate) {
        return (a, b, c) ->
            floatToRawIntBits(f.apply(intBitsToFloat(a), intBitsToFloat(b), intBitsToFloat(c)));
      }
      return (a, b, c) -> floatToRawIntBits(out(f.apply(in(a), in(b), in(c))));
    }

    private float in(int bits) {
      float value = intBitsToFloat(bits);
      return flush ? flushed(value) : value;
    }

    private float out(float value) {
      float result = flush ? flushed(value) : value;
      return saturate ? saturated(result) : result;
    }
  }

  static float flushed(float value) {
    return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
  }

  static float saturated(float value) {
    // Not a number becomes 0.
    return value > 0 ? Math.min(value, 1f) : 0f;
  }

  static Unary unary(String root) {
    return switch (root) {
      case "abs" -> Math::abs;
      case "neg" -> a -> -a;
      case "rcp" -> a -> 1f / a;
      case "sqrt" -> a -> (float) Math.sqrt(a);
      case "rsqrt" -> a -> (float) (1 / Math.sqrt(a));
      case "ex2" -> a -> (float) Math.pow(2, a);
      case "lg2" -> a -> (float) log2(a);
      case "sin" -> a -> (float) Math.sin(a);
      case "cos" -> a -> (float) Math.cos(a);
      case "tanh" -> a -> (float) Math.tanh(a);
      default -> null;
    };
  }

  private static double log2(double a) {
    // Powers of two must come out exact: the mantissa alone goes through the logarithm.
    if (a <= 0 || Double.isInfinite(a) || Double.isNaN(a)) {
      return Math.log(a);
    }
    int exponent = Math.getExponent(a);
    double mantissa = Math.scalb(a, -exponent);
    return exponent + Math.log(mantissa) / Math.log(2);
  }

  static Unary reciprocal(Rounding rounding) {
    return a -> rounding.toFloat(1.0 / a, quotientError(1, a));
  }

  static Unary squareRoot(Rounding rounding) {
    return a -> {
      double root = Math.sqrt(a);
      return rounding.toFloat(root, Math.fma(-root, root, (double) a));
    };
  }

  static Binary divide(Rounding rounding) {
    return rounding == Rounding.NEAREST
        ? (a, b) -> a / b
        : (a, b) -> rounding.toFloat((double) a / b, quotientError(a, b));
  }

  /** A number with the sign of the error of {@code a / b} rounded to double. */
  private static double quotientError(double a, double b) {
    double remainder = Math.fma(-(a / b), b, a);
    return b < 0 ? -remainder : remainder;
  }

  static Binary binary(String root, Rounding rounding) {
    return switch (root) {
      case "add" -> rounding == Rounding.NEAREST ? (a, b) -> a + b : rounding::add;
      case "sub" -> rounding == Rounding.NEAREST ? (a, b) -> a - b : (a, b) -> rounding.add(a, -b);
      case "mul" -> rounding == Rounding.NEAREST ? (a, b) -> a * b : rounding::multiply;
      default -> null;
    };
  }

  static Ternary fma(Rounding rounding) {
    return rounding == Rounding.NEAREST ? (a, b, c) -> Math.fma(a, b, c) : rounding::fma;
  }

  /** The smaller or larger number; of a number and no number the number, unless {@code spread}. */
  static Binary extreme(boolean largest, boolean spread) {
    return (a, b) -> {
      if (Float.isNaN(a) || Float.isNaN(b)) {
        return spread || (Float.isNaN(a) && Float.isNaN(b))
            ? intBitsToFloat(CANONICAL_NAN)
            : Float.isNaN(a) ? b : a;
      }
      return largest ? Math.max(a, b) : Math.min(a, b);
    };
  }

  static IntBinaryOperator copySign() {
    return (a, b) -> (a & Integer.MIN_VALUE) | (b & Integer.MAX_VALUE);
  }

  /** The tests of {@code testp}, or null. */
  static Fn.IntTest property(String name) {
    return switch (name) {
      case "finite" -> (a, _) -> Float.isFinite(intBitsToFloat(a));
      case "infinite" -> (a, _) -> Float.isInfinite(intBitsToFloat(a));
      case "number" -> (a, _) -> !Float.isNaN(intBitsToFloat(a));
      case "notanumber" -> (a, _) -> Float.isNaN(intBitsToFloat(a));
      case "normal" ->
          (a, _) ->
              Float.isFinite(intBitsToFloat(a)) && Math.abs(intBitsToFloat(a)) >= Float.MIN_NORMAL;
      case "subnormal" -> (a, _) -> a << 1 != 0 && Math.abs(intBitsToFloat(a)) < Float.MIN_NORMAL;
      default -> null;
    };
  }
}
