package dev.espalier.tensor.ops;

import dev.espalier.tensor.spi.Backend;

/** Times of two products, in nanoseconds per run. */
record PairedTimes(double dense, double sparse) {
  /**
   * Samples both sides in turn, so that a slower phase of the machine meets both; the fastest of
   * each counts. A sample ends when the device has done all of it.
   */
  static PairedTimes of(CrossoverPair pair, Backend backend, int rounds, long sampleNanos) {
    int denseRepeats = repeats(pair.dense(), backend, rounds, sampleNanos);
    int sparseRepeats = repeats(pair.sparse(), backend, rounds, sampleNanos);
    double dense = Double.MAX_VALUE;
    double sparse = Double.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      dense = Math.min(dense, sample(pair.dense(), backend, denseRepeats));
      sparse = Math.min(sparse, sample(pair.sparse(), backend, sparseRepeats));
    }
    return new PairedTimes(dense, sparse);
  }

  /** The smaller of each side's two times. */
  PairedTimes best(PairedTimes other) {
    return new PairedTimes(Math.min(dense, other.dense), Math.min(sparse, other.sparse));
  }

  /** Warms up, and finds how many repetitions fill one sample. */
  private static int repeats(Runnable product, Backend backend, int rounds, long sampleNanos) {
    int repeats = 1;
    while (sample(product, backend, repeats) * repeats < sampleNanos && repeats < 1 << 20) {
      repeats *= 2;
    }
    for (int i = 0; i < rounds; i++) {
      sample(product, backend, repeats);
    }
    return repeats;
  }

  private static double sample(Runnable product, Backend backend, int repeats) {
    long start = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      product.run();
    }
    backend.synchronize();
    return (double) (System.nanoTime() - start) / repeats;
  }
}
