package dev.espalier.cuda.bench;

import dev.espalier.tensor.Tensor;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Compares results with the definition in double precision: every element must have been written,
 * and a sample of them must be right.
 *
 * <p>A sum of t products errs by at most {@code (t + 8) 2^-24} of its terms' magnitudes in float32
 * (N. Higham, Accuracy and Stability of Numerical Algorithms, section 3.1); operands that tensor
 * cores round add twice their rounding, and their sums may be truncated, which doubles the bound.
 */
final class ResultCheck {
  private static final int SAMPLE = 1500;
  private static final double ROUNDING = 0x1p-24;
  private static final int EXTRA_ROUNDINGS = 8;

  private ResultCheck() {}

  /**
   * The largest error of the sample as a share of what is allowed.
   *
   * @throws WrongResultException naming the first element that is wrong
   */
  static double worst(Case what, Operands operands, Tensor result, long seed) {
    float[] found = result.toFloatArray();
    for (int at = 0; at < found.length; at++) {
      if (Float.isNaN(found[at])) {
        throw new WrongResultException(
            "element %,d of %,d was not written or is NaN".formatted(at, found.length));
      }
    }
    var random = new SplittableRandom(seed);
    double worst = 0;
    int count = Math.min(SAMPLE, found.length);
    for (int i = 0; i < count; i++) {
      int at =
          count == found.length || i < 2
              ? i % found.length
              : i == 2 ? found.length - 1 : random.nextInt(found.length);
      worst = Math.max(worst, check(what, operands, found[at], at));
    }
    return worst;
  }

  private static double check(Case what, Operands operands, float found, int at) {
    double[] sum = new double[3];
    long element =
        what.pass() == Pass.DW && operands.positions() != null ? operands.positions()[at] : at;
    what.layer().expected(what.pass(), element, operands.weight(), operands.x(), operands.y(), sum);
    boolean tensorCores = what.type() != NumberType.F32;
    double allowed =
        sum[1]
            * ((sum[2] + EXTRA_ROUNDINGS) * ROUNDING * (tensorCores ? 2 : 1)
                + 2 * what.type().roundoff());
    double error = Math.abs(found - sum[0]);
    if (!(error <= allowed)) {
      throw new WrongResultException(
          String.format(
              Locale.ROOT, "element %,d is %s but must be %s ± %.2g", at, found, sum[0], allowed));
    }
    return allowed == 0 ? 0 : error / allowed;
  }
}
