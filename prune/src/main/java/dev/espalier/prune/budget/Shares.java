package dev.espalier.prune.budget;

/** Densities in given proportions, none above 1. */
final class Shares {
  private Shares() {}

  /**
   * {@code d_l = min(1, ε r_l)} with ε such that {@code Σ d_l n_l = d Σ n_l}.
   *
   * <p>Layers that would exceed 1 are kept dense and ε is solved for again over the others, until
   * none exceeds it; each round fixes one layer or more, so it ends.
   *
   * @param sizes n, elements per layer
   * @param ratios r, all positive
   */
  static double[] capped(double[] sizes, double[] ratios, double density) {
    double[] densities = new double[sizes.length];
    boolean[] dense = new boolean[sizes.length];
    double left = 0;
    for (double size : sizes) {
      left += density * size;
    }
    boolean again = true;
    while (again) {
      double scale = scale(sizes, ratios, dense, left);
      again = false;
      for (int i = 0; i < sizes.length; i++) {
        if (!dense[i] && scale * ratios[i] >= 1) {
          dense[i] = true;
          again = true;
          left -= sizes[i];
        }
        densities[i] = dense[i] ? 1 : Math.max(0, scale * ratios[i]);
      }
    }
    return densities;
  }

  private static double scale(double[] sizes, double[] ratios, boolean[] dense, double left) {
    double free = 0;
    for (int i = 0; i < sizes.length; i++) {
      free += dense[i] ? 0 : ratios[i] * sizes[i];
    }
    return free == 0 ? 0 : Math.max(0, left) / free;
  }
}
