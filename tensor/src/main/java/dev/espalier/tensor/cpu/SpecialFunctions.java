package dev.espalier.tensor.cpu;

/** Activation and error functions in double precision. */
final class SpecialFunctions {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
  private static final double INV_SQRT_PI = 1 / Math.sqrt(Math.PI);

  private static final double[] ERF_P = {
    1.85777706184603153e-1, 3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02, 3.20937758913846947e03
  };
  private static final double[] ERF_Q = {
    1, 2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03
  };
  private static final double[] MIDDLE_P = {
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e00, 6.61191906371416295e01,
    2.98635138197400131e02, 8.81952221241769090e02, 1.71204761263407058e03, 2.05107837782607147e03,
    1.23033935479799725e03
  };
  private static final double[] MIDDLE_Q = {
    1, 1.57449261107098347e01, 1.17693950891312499e02, 5.37181101862009858e02, 1.62138957456669019e03,
    3.29079923573345963e03, 4.36261909014324716e03, 3.43936767414372164e03, 1.23033935480374942e03
  };
  private static final double[] TAIL_P = {
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4
  };
  private static final double[] TAIL_Q = {
    1, 2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1, 6.05183413124413191e-2,
    2.33520497626869185e-3
  };

  private SpecialFunctions() {}

  /** The error function, by the rational approximations of W. J. Cody (1969); relative error below 1e-15. */
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
      factor = (INV_SQRT_PI - inverse * polynomial(TAIL_P, inverse) / polynomial(TAIL_Q, inverse)) / x;
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
