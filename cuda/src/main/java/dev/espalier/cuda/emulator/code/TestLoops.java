package dev.espalier.cuda.emulator.code;

import static dev.espalier.cuda.emulator.machine.Warp.LANES;

import dev.espalier.cuda.emulator.machine.Warp;
import java.lang.invoke.MethodHandles;

/** Loops over the lanes whose result is a predicate. */
final class TestLoops {
  private TestLoops() {}

  /** Two ints. */
  static final class Ints extends CompareOp {
    private static final Fn.IntTest FUNCTION =
        Templates.function(MethodHandles.lookup(), Fn.IntTest.class);

    @Override
    void execute(Warp warp, int mask) {
      int[] x = warp.ints[a];
      int[] y = warp.ints[b];
      int bits = 0;
      for (int k = 0; k < LANES; k++) {
        bits |= (FUNCTION.test(x[k], y[k]) ? 1 : 0) << k;
      }
      store(warp, mask, bits);
    }
  }

  /** Two longs. */
  static final class Longs extends CompareOp {
    private static final Fn.LongTest FUNCTION =
        Templates.function(MethodHandles.lookup(), Fn.LongTest.class);

    @Override
    void execute(Warp warp, int mask) {
      long[] x = warp.longs[a];
      long[] y = warp.longs[b];
      int bits = 0;
      for (int k = 0; k < LANES; k++) {
        bits |= (FUNCTION.test(x[k], y[k]) ? 1 : 0) << k;
      }
      store(warp, mask, bits);
    }
  }
}
