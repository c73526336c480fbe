package dev.espalier.cuda.emulator.code;

import java.math.BigDecimal;

/**
 * The four roundings of IEEE 754.
 *
 * <p>A result is first rounded to nearest; where that missed the exact value on the wrong side, the
 * neighbour is taken. Single precision finds the side from an exact error term in double precision,
 * double precision by exact decimal arithmetic, which is slow but rare.
 */
enum Rounding {
  /** To nearest, ties to even. */
  NEAREST,
  /** Toward zero. */
  ZERO,
  /** Toward minus infinity. */
  DOWN,
  /** Toward plus infinity. */
  UP;

  /** The rounding of a modifier such as {@code rn} or {@code rzi}, or null. */
  static Rounding of(String modifier) {
    if (modifier == null) {
      return null;
    }
    return switch (modifier) {
      case "rn", "rni" -> NEAREST;
      case "rz", "rzi" -> ZERO;
      case "rm", "rmi" -> DOWN;
      case "rp", "rpi" -> UP;
      default -> null;
    };
  }

  /** The value {@code high + low} as a float, where {@code |low|} is at most half an ulp. */
  float toFloat(double high, double low) {
    float nearest = (float) high;
    if (this == NEAREST || Float.isNaN(nearest) || Double.isInfinite(high)) {
      return nearest;
    }
    // The sign of nearest - exact.
    int side = Double.compare(nearest, high);
    if (nearest == high) {
      side = low == 0 ? 0 : low < 0 ? 1 : -1;
    }
    return correct(nearest, side);
  }

  private float correct(float nearest, int side) {
    boolean tooHigh = side > 0 && (this == DOWN || (this == ZERO && nearest > 0));
    boolean tooLow = side < 0 && (this == UP || (this == ZERO && nearest < 0));
    return tooHigh ? Math.nextDown(nearest) : tooLow ? Math.nextUp(nearest) : nearest;
  }

  float add(float a, float b) {
    return this == NEAREST ? a + b : exactSum(a, b);
  }

  float multiply(float a, float b) {
    return this == NEAREST ? a * b : toFloat((double) a * b, 0);
  }

  float fma(float a, float b, float c) {
    return this == NEAREST ? Math.fma(a, b, c) : exactSum((double) a * b, c);
  }

  private float exactSum(double a, double b) {
    double sum = a + b;
    if (sum == 0) {
      // An exact cancellation is -0 only when rounding down, or when both terms are.
      boolean negative =
          this == DOWN
              ? !(isPositiveZero(a) && isPositiveZero(b))
              : isNegativeZero(a) && isNegativeZero(b);
      return negative ? -0f : 0f;
    }
    double part = sum - a;
    return toFloat(sum, (a - (sum - part)) + (b - part));
  }

  private static boolean isPositiveZero(double value) {
    return Double.doubleToRawLongBits(value) == 0;
  }

  private static boolean isNegativeZero(double value) {
    return Double.doubleToRawLongBits(value) == Long.MIN_VALUE;
  }

  double add(double a, double b) {
    double nearest = a + b;
    return this == NEAREST || !isOrdinary(nearest, a, b)
        ? nearest
        : correct(nearest, new BigDecimal(a).add(new BigDecimal(b)));
  }

  double multiply(double a, double b) {
    double nearest = a * b;
    return this == NEAREST || !isOrdinary(nearest, a, b)
        ? nearest
        : correct(nearest, new BigDecimal(a).multiply(new BigDecimal(b)));
  }

  double fma(double a, double b, double c) {
    double nearest = Math.fma(a, b, c);
    return this == NEAREST || !isOrdinary(nearest, a, b) || !Double.isFinite(c)
        ? nearest
        : correct(nearest, new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c)));
  }

  private static boolean isOrdinary(double result, double a, double b) {
    return !Double.isNaN(result) && Double.isFinite(a) && Double.isFinite(b);
  }

  private double correct(double nearest, BigDecimal exact) {
    int side =
        Double.isInfinite(nearest)
            ? (nearest > 0 ? 1 : -1)
            : new BigDecimal(nearest).compareTo(exact);
    boolean tooHigh = side > 0 && (this == DOWN || (this == ZERO && nearest > 0));
    boolean tooLow = side < 0 && (this == UP || (this == ZERO && nearest < 0));
    if (nearest == 0 && side == 0 && this == DOWN && exact.signum() == 0) {
      return nearest;
    }
    return tooHigh ? Math.nextDown(nearest) : tooLow ? Math.nextUp(nearest) : nearest;
  }

  /** A number without fraction. */
  double integral(double value) {
    return switch (this) {
      case NEAREST -> Math.rint(value);
      case ZERO -> value < 0 ? Math.ceil(value) : Math.floor(value);
      case DOWN -> Math.floor(value);
      case UP -> Math.ceil(value);
    };
  }

  /** A double as a float. */
  float toFloat(double value) {
    return toFloat(value, 0);
  }

  /** A signed integer as a float. */
  float toFloat(long value) {
    if (this == NEAREST) {
      return (float) value;
    }
    return correct((float) value, new BigDecimal((float) value).compareTo(new BigDecimal(value)));
  }

  /** A signed integer as a double. */
  double toDouble(long value) {
    return this == NEAREST ? (double) value : correct((double) value, new BigDecimal(value));
  }
}
