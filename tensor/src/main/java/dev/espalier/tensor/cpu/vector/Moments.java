package dev.espalier.tensor.cpu.vector;

/**
 * Means and sums of squared deviations of some channels, put together from those of stretches, so
 * that memory is passed over once and yet nothing cancels.
 *
 * <p>Source: T. Chan, G. Golub, R. LeVeque, Updating Formulae and a Pairwise Algorithm for
 * Computing Sample Variances (1979).
 */
final class Moments {
  private final long[] counts;
  private final double[] means;
  private final double[] squares;

  Moments(int channels) {
    counts = new long[channels];
    means = new double[channels];
    squares = new double[channels];
  }

  /**
   * Adds a stretch of n elements.
   *
   * @param center close to its mean
   * @param sum of its elements
   * @param around sum of their squared distances from the center
   */
  void add(int channel, int n, double center, double sum, double around) {
    double mean = sum / n;
    join(channel, n, mean, around - n * (mean - center) * (mean - center));
  }

  /** Adds what others were made of. */
  void add(Moments others) {
    for (int channel = 0; channel < counts.length; channel++) {
      if (others.counts[channel] > 0) {
        join(channel, others.counts[channel], others.means[channel], others.squares[channel]);
      }
    }
  }

  private void join(int channel, long n, double mean, double around) {
    long before = counts[channel];
    long count = before + n;
    double shift = mean - means[channel];
    means[channel] += shift * n / count;
    squares[channel] += around + shift * shift * before * n / count;
    counts[channel] = count;
  }

  double mean(int channel) {
    return means[channel];
  }

  double squares(int channel) {
    return Math.max(squares[channel], 0);
  }
}
