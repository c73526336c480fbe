package dev.espalier.tensor.cpu.vector;

import jdk.incubator.vector.FloatVector;

/**
 * Measures the machine's multiply-add rate, the ceiling of every dense kernel.
 *
 * <p>Twelve independent chains keep two pipes of latency four busy without touching memory. Other
 * load on the machine only ever lowers a sample, so the best of many short ones counts.
 */
public final class PeakProbe {
  private static final int STEPS = 4_000;
  private static final int CHAINS = 12;

  /** Enough for the compiler to notice, even on a machine where time passes without progress. */
  private static final int MIN_SAMPLES = 3_000;

  private PeakProbe() {}

  /**
   * The best rate seen on the calling thread, in 10⁹ floating-point operations per second.
   *
   * @param millis least time to look; half a second lets the compiler finish
   */
  public static double gigaflops(long millis) {
    double flops = 2.0 * STEPS * CHAINS * Lanes.COUNT;
    double best = 0;
    float sink = 0;
    long end = System.nanoTime() + millis * 1_000_000;
    for (int i = 0; i < MIN_SAMPLES || System.nanoTime() < end; i++) {
      long start = System.nanoTime();
      sink += chains(STEPS, 1 - sink * 1e-9f);
      best = Math.max(best, flops / (System.nanoTime() - start));
    }
    if (Float.isNaN(sink)) {
      throw new AssertionError("the chains converge to a finite value");
    }
    return best;
  }

  private static float chains(int steps, float seed) {
    FloatVector x = FloatVector.broadcast(Lanes.FLOATS, 0.5f);
    FloatVector c0 = FloatVector.broadcast(Lanes.FLOATS, seed);
    FloatVector c1 = c0.add(1);
    FloatVector c2 = c0.add(2);
    FloatVector c3 = c0.add(3);
    FloatVector c4 = c0.add(4);
    FloatVector c5 = c0.add(5);
    FloatVector c6 = c0.add(6);
    FloatVector c7 = c0.add(7);
    FloatVector c8 = c0.add(8);
    FloatVector c9 = c0.add(9);
    FloatVector c10 = c0.add(10);
    FloatVector c11 = c0.add(11);
    for (int i = 0; i < steps; i++) {
      c0 = c0.fma(x, x);
      c1 = c1.fma(x, x);
      c2 = c2.fma(x, x);
      c3 = c3.fma(x, x);
      c4 = c4.fma(x, x);
      c5 = c5.fma(x, x);
      c6 = c6.fma(x, x);
      c7 = c7.fma(x, x);
      c8 = c8.fma(x, x);
      c9 = c9.fma(x, x);
      c10 = c10.fma(x, x);
      c11 = c11.fma(x, x);
    }
    FloatVector low = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
    return Lanes.sum(low.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11));
  }
}
