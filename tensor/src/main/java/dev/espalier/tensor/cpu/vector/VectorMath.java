package dev.espalier.tensor.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions of float32 vectors, the same bits at every vector width.
 *
 * <p>Each is a range reduction followed by a polynomial that is minimax (Remez exchange) for the
 * relative error of the result on the reduced range, with coefficients rounded to float. Largest
 * error found over all floats, in units of the last place: exp 1.1, log 0.8, tanh 1.3, sigmoid 2.2,
 * erf 1.3. Denormal arguments and results, infinities and NaN follow {@link Math}. Functions of two
 * arguments are the second of two passes: see {@link Specialized} for why they are cut.
 */
final class VectorMath {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;

  /** 1.5 · 2^23: adding it leaves the nearest integer in the low mantissa bits. */
  private static final float MAGIC = 0x1.8p23f;

  private static final int MAGIC_BITS = Float.floatToRawIntBits(MAGIC);
  private static final float LOG2_E = 0x1.715476p0f;

  /** ln 2 in two parts; the product of the first and any exponent is exact. */
  private static final float LN2_HIGH = 0x1.62e4p-1f;

  private static final float LN2_LOW = 0x1.7f7d1cp-20f;

  private static final float EXP_OVERFLOW = 0x1.62e43p6f;
  private static final float EXP_UNDERFLOW = -0x1.9fe368p6f;

  /** ln 2^-126, rounded up. */
  private static final float EXP_SMALLEST_NORMAL = -0x1.5d589ep6f;

  private static final int ONE_BITS = 0x3f800000;
  private static final int SQRT_HALF_BITS = 0x3f3504f3;
  private static final int SIGN_BIT = 0x80000000;

  private static final float ERFCX_SCALE = 0.35f;
  private static final float SQRT_HALF = 0x1.6a09e6p-1f;
  private static final float INVERSE_SQRT_TWO_PI = 0x1.988454p-2f;

  private VectorMath() {}

  /**
   * {@code e^x = 2^k e^r}, {@code |r| <= ln2/2}; the scaling is done in two halves so that denormal
   * results round once.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, MAGIC));
    FloatVector k = shifted.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(S, -LN2_HIGH), x);
    r = k.fma(FloatVector.broadcast(S, -LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(S, 0x1.6a1a72p-10f);
    p = p.fma(r, FloatVector.broadcast(S, 0x1.123fc6p-7f));
    p = p.fma(r, FloatVector.broadcast(S, 0x1.555916p-5f));
    p = p.fma(r, FloatVector.broadcast(S, 0x1.55548ap-3f));
    p = p.fma(r, FloatVector.broadcast(S, 0.5f));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector exponent = shifted.reinterpretAsInts().sub(MAGIC_BITS);
    IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
    FloatVector scaleHalf = half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    FloatVector scaleRest =
        exponent.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    FloatVector y = p.mul(scaleHalf).mul(scaleRest);
    y = y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_OVERFLOW));
    return y.blend(0f, x.compare(VectorOperators.LT, EXP_UNDERFLOW));
  }

  /**
   * {@link #exp} for arguments up to 88, without results below the smallest normal float: they are
   * 0. NaN stays NaN.
   */
  static FloatVector expOfNormal(FloatVector x) {
    FloatVector shifted = x.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, MAGIC));
    FloatVector k = shifted.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(S, -LN2_HIGH), x);
    r = k.fma(FloatVector.broadcast(S, -LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(S, 0x1.6a1a72p-10f);
    p = p.fma(r, FloatVector.broadcast(S, 0x1.123fc6p-7f));
    p = p.fma(r, FloatVector.broadcast(S, 0x1.555916p-5f));
    p = p.fma(r, FloatVector.broadcast(S, 0x1.55548ap-3f));
    p = p.fma(r, FloatVector.broadcast(S, 0.5f));
    p = p.fma(r.mul(r), r).add(1f);
    // the shift drops all of MAGIC_BITS
    IntVector scale = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(ONE_BITS);
    FloatVector y = p.mul(scale.reinterpretAsFloats());
    return y.blend(0f, x.compare(VectorOperators.LT, EXP_SMALLEST_NORMAL));
  }

  /** {@code ln x = e ln 2 + ln m}, {@code m} in {@code [sqrt(1/2), sqrt 2)}. */
  static FloatVector log(FloatVector x) {
    VectorMask<Float> denormal = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
    IntVector bits = x.blend(x.mul(0x1p23f), denormal).reinterpretAsInts();
    IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
    FloatVector f =
        bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1f);
    FloatVector e = exponent.add(MAGIC_BITS).reinterpretAsFloats().sub(MAGIC);
    e = e.blend(e.sub(23f), denormal);
    FloatVector s = f.div(f.add(2f));
    FloatVector z = s.mul(s);
    FloatVector p = FloatVector.broadcast(S, 0x1.31e678p-2f);
    p = p.fma(z, FloatVector.broadcast(S, 0x1.995e9cp-2f));
    p = p.fma(z, FloatVector.broadcast(S, 0x1.55557ap-1f));
    FloatVector half = f.mul(f).mul(0.5f);
    FloatVector low = e.fma(FloatVector.broadcast(S, LN2_LOW), s.mul(p.fma(z, half)));
    FloatVector y = e.fma(FloatVector.broadcast(S, LN2_HIGH), f.sub(half.sub(low)));
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
    y = y.blend(Float.NaN, x.compare(VectorOperators.LT, 0f));
    return x.blend(y, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY));
  }

  /**
   * {@code 1 / (1 + e^-x)}, through {@code e^-|x|} so that neither tail loses its relative
   * accuracy.
   */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector e = exp(x.abs().neg());
    FloatVector numerator = e.blend(1f, x.compare(VectorOperators.GE, 0f));
    return numerator.div(e.add(1f));
  }

  /** {@code x / (1 + e^-x)}. */
  static FloatVector silu(FloatVector x) {
    return sigmoid(x).mul(x).blend(0f, x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
  }

  /** First pass of {@link #tanh}: {@code e^(2|x|)}. */
  static FloatVector expTwiceMagnitude(FloatVector x) {
    return exp(x.abs().mul(2f));
  }

  /**
   * {@code x + x^3 P(x^2)} near zero, {@code sign(x) (1 - 2 / (e + 1))} beyond 0.625.
   *
   * @param e what {@link #expTwiceMagnitude} gave
   */
  static FloatVector tanh(FloatVector x, FloatVector e) {
    FloatVector z = x.mul(x);
    FloatVector p = FloatVector.broadcast(S, -0x1.75e1cap-8f);
    p = p.fma(z, FloatVector.broadcast(S, 0x1.52269ap-6f));
    p = p.fma(z, FloatVector.broadcast(S, -0x1.b83c5ap-5f));
    p = p.fma(z, FloatVector.broadcast(S, 0x1.110726p-3f));
    p = p.fma(z, FloatVector.broadcast(S, -0x1.555532p-2f));
    FloatVector near = p.mul(z).fma(x, x);
    FloatVector far = FloatVector.broadcast(S, 1f).sub(FloatVector.broadcast(S, 2f).div(e.add(1f)));
    far = far.reinterpretAsInts().or(x.reinterpretAsInts().and(SIGN_BIT)).reinterpretAsFloats();
    return far.blend(near, x.abs().compare(VectorOperators.LT, 0.625f));
  }

  /** {@code e^(-x^2)}, with the rounding error of the square made good. */
  static FloatVector gaussian(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector e = exp(square.neg());
    FloatVector error = x.fma(x, square.neg());
    return e.blend(e.sub(e.mul(error)), square.compare(VectorOperators.LT, 128f));
  }

  /** {@code e^(-x^2 / 2)}, likewise. */
  static FloatVector halfGaussian(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector e = exp(square.mul(-0.5f));
    FloatVector error = x.fma(x, square.neg()).mul(0.5f);
    return e.blend(e.sub(e.mul(error)), square.compare(VectorOperators.LT, 256f));
  }

  /**
   * {@code x P(x^2)} for |x| < 1, {@code sign(x) (1 - erfc |x|)} beyond.
   *
   * @param g what {@link #gaussian} gave
   */
  static FloatVector erf(FloatVector x, FloatVector g) {
    FloatVector far = FloatVector.broadcast(S, 1f).sub(erfcx(x.abs()).mul(g));
    far = far.reinterpretAsInts().or(x.reinterpretAsInts().and(SIGN_BIT)).reinterpretAsFloats();
    FloatVector z = x.mul(x);
    FloatVector p = FloatVector.broadcast(S, 0x1.4969p-14f);
    p = p.fma(z, FloatVector.broadcast(S, -0x1.a3f7p-11f));
    p = p.fma(z, FloatVector.broadcast(S, 0x1.5405b2p-8f));
    p = p.fma(z, FloatVector.broadcast(S, -0x1.b7f90cp-6f));
    p = p.fma(z, FloatVector.broadcast(S, 0x1.ce2cf8p-4f));
    p = p.fma(z, FloatVector.broadcast(S, -0x1.81273ep-2f));
    p = p.fma(z, FloatVector.broadcast(S, 0x1.06eba8p-3f));
    return far.blend(p.fma(x, x), x.abs().compare(VectorOperators.LT, 1f));
  }

  /**
   * {@code x Φ(x)}.
   *
   * @param g what {@link #halfGaussian} gave
   */
  static FloatVector gelu(FloatVector x, FloatVector g) {
    return normalCdf(x, g).mul(x).blend(0f, x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
  }

  /**
   * {@code d/dx x Φ(x) = Φ(x) + x φ(x)}.
   *
   * @param g what {@link #halfGaussian} gave
   */
  static FloatVector geluDerivative(FloatVector x, FloatVector g) {
    FloatVector slope = x.mul(INVERSE_SQRT_TWO_PI).mul(g);
    return normalCdf(x, g).add(slope.blend(0f, g.compare(VectorOperators.EQ, 0f)));
  }

  /**
   * {@code d/dx x s(x) = s + x s (1 - s)}.
   *
   * @param s what {@link #sigmoid} gave
   */
  static FloatVector siluDerivative(FloatVector x, FloatVector s) {
    FloatVector slope = s.sub(s.mul(s));
    return s.add(x.mul(slope).blend(0f, slope.compare(VectorOperators.EQ, 0f)));
  }

  /** The lower tail is computed as such, so that it keeps its relative accuracy. */
  private static FloatVector normalCdf(FloatVector x, FloatVector g) {
    FloatVector tail = erfcx(x.abs().mul(SQRT_HALF)).mul(g).mul(0.5f);
    FloatVector upper = FloatVector.broadcast(S, 1f).sub(tail);
    return upper.blend(tail, x.compare(VectorOperators.LT, 0f));
  }

  /**
   * {@code e^(a^2) erfc(a)} for {@code 0 <= a <= 10}, as {@code t R(t)} with {@code t = 1 / (1 +
   * 0.35 a)}.
   */
  private static FloatVector erfcx(FloatVector a) {
    FloatVector one = FloatVector.broadcast(S, 1f);
    FloatVector t = one.div(a.fma(FloatVector.broadcast(S, ERFCX_SCALE), one));
    FloatVector p = FloatVector.broadcast(S, 0x1.3a94b8p-5f);
    p = p.fma(t, FloatVector.broadcast(S, -0x1.457c04p-3f));
    p = p.fma(t, FloatVector.broadcast(S, 0x1.73a182p-3f));
    p = p.fma(t, FloatVector.broadcast(S, -0x1.c5e92cp-6f));
    p = p.fma(t, FloatVector.broadcast(S, 0x1.646cc2p-4f));
    p = p.fma(t, FloatVector.broadcast(S, 0x1.2b1874p-3f));
    p = p.fma(t, FloatVector.broadcast(S, 0x1.35a1p-3f));
    p = p.fma(t, FloatVector.broadcast(S, 0x1.80d3p-3f));
    p = p.fma(t, FloatVector.broadcast(S, 0x1.93bd46p-3f));
    p = p.fma(t, FloatVector.broadcast(S, 0x1.947260p-3f));
    return p.mul(t);
  }
}
