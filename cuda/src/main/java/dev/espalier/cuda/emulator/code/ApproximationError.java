package dev.espalier.cuda.emulator.code;

import static java.lang.Float.floatToRawIntBits;

/**
 * Moves results of {@code .approx} instructions as far as their documented error allows.
 *
 * <p>Source: NVIDIA, Parallel Thread Execution ISA, Floating Point Instructions. The special cases
 * of its tables (zeros, infinities, NaN, subnormal exponents) stay exact, and so do powers of two
 * with whole exponents, by which the toolkit's own double-precision functions scale.
 */
final class ApproximationError {
  private ApproximationError() {}

  static Float32.Unary farthest(String root, Float32.Unary function) {
    return a -> {
      float exact = function.apply(a);
      boolean special = Math.abs(a) < Float.MIN_NORMAL || !Float.isFinite(exact) || exact == 0;
      boolean power = root.equals("ex2") && a == Math.rint(a);
      return special || power ? exact : moved(exact, bound(root, a, exact), floatToRawIntBits(a));
    };
  }

  static Float32.Binary farthest(Float32.Binary quotient) {
    return (a, b) -> {
      float exact = quotient.apply(a, b);
      return Float.isFinite(exact) && exact != 0
          ? moved(exact, 2 * Math.ulp(exact), floatToRawIntBits(a) ^ floatToRawIntBits(b))
          : exact;
    };
  }

  /** The largest error of a result, absolute. */
  private static double bound(String root, float a, float exact) {
    double size = Math.abs((double) exact);
    return switch (root) {
      case "rcp" -> Math.ulp(exact);
      case "ex2" -> 0x1p-22 * size;
      case "lg2" -> 0x1p-22 * (a > 0.5 && a < 2 ? 1 : size);
      case "sqrt" -> 0x1p-23 * size;
      case "rsqrt" -> 0x1p-22 * Math.pow(2, -0.9) * size;
      case "sin", "cos" -> Math.pow(2, -20.5);
      case "tanh" -> 0x1p-11 * size;
      default -> 0;
    };
  }

  private static float moved(float exact, double bound, int bits) {
    boolean up = bits * 0x9E37_79B1 >= 0;
    double target = up ? exact + bound : exact - bound;
    float result = (float) target;
    if (Math.abs((double) result - exact) > bound) {
      return up ? Math.nextDown(result) : Math.nextUp(result);
    }
    return result;
  }
}
