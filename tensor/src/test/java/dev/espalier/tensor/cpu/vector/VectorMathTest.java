package dev.espalier.tensor.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class VectorMathTest {
  /** A prime, so that every exponent and all kinds of mantissas occur. */
  private static final int STEP = 100_003;

  @Test
  void exponentialIsWithinItsBoundForFloatsOfEverySize() {
    assertUnits(VectorMath::exp, StrictMath::exp, 1.1);
  }

  @Test
  void exponentialOfNormalResultsIsTheExponentialOrZero() {
    for (float x = -120; x < 88; x += 0.0137f) {
      float exact = VectorMath.exp(FloatVector.broadcast(Lanes.FLOATS, x)).lane(0);
      float value = VectorMath.expOfNormal(FloatVector.broadcast(Lanes.FLOATS, x)).lane(0);
      assertThat(value).as("at %s", x).isEqualTo(exact < Float.MIN_NORMAL ? 0 : exact);
    }
  }

  @Test
  void logarithmIsWithinItsBoundForFloatsOfEverySize() {
    assertUnits(VectorMath::log, StrictMath::log, 0.8);
  }

  @Test
  void hyperbolicTangentIsWithinItsBoundForFloatsOfEverySize() {
    assertUnits(x -> VectorMath.tanh(x, VectorMath.expTwiceMagnitude(x)), StrictMath::tanh, 1.4);
  }

  @Test
  void sigmoidIsWithinItsBoundForFloatsOfEverySize() {
    assertUnits(VectorMath::sigmoid, VectorMathTest::sigmoid, 2.3);
  }

  @Test
  void errorFunctionIsWithinItsBoundForFloatsOfEverySize() {
    assertUnits(x -> VectorMath.erf(x, VectorMath.gaussian(x)), VectorMathTest::erf, 1.4);
  }

  @Test
  void specialValuesFollowTheScalarFunctions() {
    float inf = Float.POSITIVE_INFINITY;
    float nan = Float.NaN;
    assertValues(
        VectorMath::exp, new float[] {0, -0f, inf, -inf, nan, 89, -104}, 1, 1, inf, 0, nan, inf, 0);
    assertValues(VectorMath::expOfNormal, new float[] {0, -0f, -inf, nan}, 1, 1, 0, nan);
    assertValues(
        VectorMath::log,
        new float[] {1, 0, -0f, -1, inf, -inf, nan},
        0,
        -inf,
        -inf,
        nan,
        inf,
        nan,
        nan);
    assertValues(VectorMath::silu, new float[] {0, inf, -inf, nan}, 0, inf, 0, nan);
    assertValues(
        x -> VectorMath.gelu(x, VectorMath.halfGaussian(x)),
        new float[] {0, inf, -inf, nan},
        0,
        inf,
        0,
        nan);
    assertValues(
        x -> VectorMath.geluDerivative(x, VectorMath.halfGaussian(x)),
        new float[] {0, inf, -inf, nan, 30, -30},
        0.5f,
        1,
        0,
        nan,
        1,
        0);
    assertValues(
        x -> VectorMath.siluDerivative(x, VectorMath.sigmoid(x)),
        new float[] {0, inf, -inf, nan},
        0.5f,
        1,
        0,
        nan);
  }

  @Test
  void denormalResultsAndArgumentsAreNotFlushed() {
    assertValues(VectorMath::exp, new float[] {-103}, (float) StrictMath.exp(-103));
    assertValues(
        VectorMath::log, new float[] {Float.MIN_VALUE}, (float) StrictMath.log(Float.MIN_VALUE));
  }

  private static void assertValues(
      UnaryOperator<FloatVector> function, float[] arguments, float... expected) {
    float[] lanes = new float[Lanes.COUNT];
    for (int i = 0; i < arguments.length; i++) {
      FloatVector x = FloatVector.broadcast(Lanes.FLOATS, arguments[i]);
      function.apply(x).intoArray(lanes, 0);
      for (float value : lanes) {
        assertThat(value + 0f).as("f(%s)", arguments[i]).isEqualTo(Float.valueOf(expected[i] + 0f));
      }
    }
  }

  private static void assertUnits(
      UnaryOperator<FloatVector> function, DoubleUnaryOperator exact, double bound) {
    float[] arguments = new float[Lanes.COUNT];
    float[] values = new float[Lanes.COUNT];
    long bits = 0;
    while (bits < 1L << 32) {
      for (int lane = 0; lane < Lanes.COUNT; lane++, bits += STEP) {
        arguments[lane] = Float.intBitsToFloat((int) bits);
      }
      function.apply(FloatVector.fromArray(Lanes.FLOATS, arguments, 0)).intoArray(values, 0);
      for (int lane = 0; lane < Lanes.COUNT; lane++) {
        assertUnits(arguments[lane], values[lane], exact.applyAsDouble(arguments[lane]), bound);
      }
    }
  }

  private static void assertUnits(float argument, float value, double exact, double bound) {
    float rounded = (float) exact;
    if (Float.isNaN(rounded) || Float.isInfinite(rounded) || Float.isInfinite(value)) {
      assertThat(value).as("f(%s)", argument).isEqualTo(Float.valueOf(rounded));
    } else {
      double units = Math.abs(value - exact) / Math.ulp(rounded);
      assertThat(units).as("f(%s) = %s instead of %s", argument, value, exact).isLessThan(bound);
    }
  }

  private static double sigmoid(double x) {
    double e = StrictMath.exp(-Math.abs(x));
    return (x < 0 ? e : 1) / (1 + e);
  }

  /** The Maclaurin series, whose terms have one sign after {@code e^(-x^2)} is taken out. */
  private static double erf(double x) {
    if (Double.isNaN(x) || Math.abs(x) > 6) {
      return Math.signum(x);
    }
    double term = x;
    double sum = 0;
    for (int n = 0; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 3);
    }
    return 2 / Math.sqrt(Math.PI) * StrictMath.exp(-x * x) * sum;
  }
}
