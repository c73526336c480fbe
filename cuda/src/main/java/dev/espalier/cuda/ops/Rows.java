package dev.espalier.cuda.ops;

import dev.espalier.cuda.kernel.Launch;

/** Kernels that work on whole rows: a warp takes a short one, a block a long one. */
final class Rows {
  private static final int WARP = 32;
  private static final int MOST_FOR_A_WARP = 1024;

  private Rows() {}

  /** What the names of kernels for long rows have before the type. */
  static String wide(long width) {
    return width <= MOST_FOR_A_WARP ? "" : "wide_";
  }

  /** Threads that rows of that width are worked on by. */
  static long threads(long rows, long width) {
    return rows * (width <= MOST_FOR_A_WARP ? WARP : Launch.THREADS);
  }
}
