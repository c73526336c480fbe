package dev.espalier.tensor.ops;

/** Times of two products, in nanoseconds per run. */
record PairedTimes(double dense, double sparse) {
  /**
   * Samples both sides in turn, so that a slower phase of the machine meets both; the fastest of
   * each counts.
   */
  static PairedTimes of(CrossoverPair pair, int rounds, long sampleNanos) {
    int denseRepeats = repeats(pair.dense(), rounds, sampleNanos);
    int sparseRepeats = repeats(pair.sparse(), rounds, sampleNanos);
    double dense = Double.MAX_VALUE;
    double sparse = Double.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      dense = Math.min(dense, sample(pair.dense(), denseRepeats));
      sparse = Math.min(sparse, sample(pair.sparse(), sparseRepeats));
    }
    return new PairedTimes(dense, sparse);
  }

  /** The smaller of each side's two times. */
  PairedTimes best(PairedTimes other) {
    return new PairedTimes(Math.min(dense, other.dense), Math.min(sparse, other.sparse));
  }

  /** Warms up, and finds how many repetitions fill one sample. */
  private static int repeats(Runnable product, int rounds, long sampleNanos) {
    int repeats = 1;
    while (sample(product, repeats) * repeats < sampleNanos && repeats < 1 << 20) {
      repeats *= 2;
    }
    for (int i = 0; i < rounds; i++) {
      sample(product, repeats);
    }
    return repeats;
  }

  private static double sample(Runnable product, int repeats) {
    long start = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      product.run();
    }
    return (double) (System.nanoTime() - start) / repeats;
  }
}
