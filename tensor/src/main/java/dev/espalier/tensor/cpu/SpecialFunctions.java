package dev.espalier.tensor.cpu;

/** Activation and error functions in double precision. */
final class SpecialFunctions {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
  private static final double INV_SQRT_PI = 1 / Math.sqrt(Math.PI);

  private static final double[] ERF_P = {
    0.18577770618460315,
    3.1611237438705655,
    113.86415415105016,
    377.485237685302,
    3209.3775891384694
  };
  private static final double[] ERF_Q = {
    1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171
  };
  private static final double[] MIDDLE_P = {
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163,
    298.6351381974001, 881.952221241769, 1712.0476126340707, 2051.0783778260716,
    1230.3393547979972
  };
  private static final double[] MIDDLE_Q = {
    1,
    15.744926110709835,
    117.6939508913125,
    537.1811018620099,
    1621.3895745666903,
    3290.7992357334597,
    4362.619090143247,
    3439.3676741437216,
    1230.3393548037495
  };
  private static final double[] TAIL_P = {
    0.016315387137302097,
    0.30532663496123236,
    0.36034489994980445,
    0.12578172611122926,
    0.016083785148742275,
    0.0006587491615298378
  };
  private static final double[] TAIL_Q = {
    1,
    2.568520192289822,
    1.8729528499234673,
    0.5279051029514285,
    0.06051834131244132,
    0.0023352049762686918
  };

  private SpecialFunctions() {}

  /**
   * The error function, by the rational approximations of W. J. Cody (1969); relative error below
   * 1e-15.
   */
  static double erf(double x) {
    double size = Math.abs(x);
    if (size <= 0.46875) {
      double square = x * x;
      return x * polynomial(ERF_P, square) / polynomial(ERF_Q, square);
    }
    double value = (0.5 - upperTail(size)) + 0.5;
    return x < 0 ? -value : value;
  }

  /** {@code 1 - erf(x)} without cancellation for large x. */
  static double erfc(double x) {
    if (Math.abs(x) <= 0.46875) {
      return 1 - erf(x);
    }
    return x < 0 ? 2 - upperTail(-x) : upperTail(x);
  }

  private static double upperTail(double x) {
    if (x > 27) {
      return 0;
    }
    double factor;
    if (x <= 4) {
      factor = polynomial(MIDDLE_P, x) / polynomial(MIDDLE_Q, x);
    } else {
      double inverse = 1 / (x * x);
      factor =
          (INV_SQRT_PI - inverse * polynomial(TAIL_P, inverse) / polynomial(TAIL_Q, inverse)) / x;
    }
    double rounded = Math.floor(x * 16) / 16; // its square is exact, so exp(-x²) loses no digits
    return Math.exp(-rounded * rounded) * Math.exp(-(x - rounded) * (x + rounded)) * factor;
  }

  private static double polynomial(double[] coefficients, double x) {
    double value = 0;
    for (double coefficient : coefficients) {
      value = value * x + coefficient;
    }
    return value;
  }

  static double sigmoid(double x) {
    if (x >= 0) {
      return 1 / (1 + Math.exp(-x));
    }
    double e = Math.exp(x);
    return e / (1 + e);
  }

  private static double normalDistribution(double x) {
    return 0.5 * erfc(-x * SQRT_HALF);
  }

  static double gelu(double x) {
    return x == Double.NEGATIVE_INFINITY ? 0 : x * normalDistribution(x);
  }

  static double geluDerivative(double x) {
    double density = INV_SQRT_2PI * Math.exp(-0.5 * x * x);
    return normalDistribution(x) + (density == 0 ? 0 : x * density);
  }

  static double silu(double x) {
    return x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(x);
  }

  static double siluDerivative(double x) {
    double s = sigmoid(x);
    double slope = s * (1 - s);
    return s + (slope == 0 ? 0 : x * slope);
  }
}
