package dev.espalier.cuda.emulator.code;

import static dev.espalier.cuda.emulator.machine.Warp.ALL;
import static dev.espalier.cuda.emulator.machine.Warp.LANES;

import dev.espalier.cuda.emulator.machine.Warp;
import java.lang.invoke.MethodHandles;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.LongToIntFunction;

/** Loops over the lanes whose result is an int. */
final class IntLoops {
  private IntLoops() {}

  /** One operand. */
  static final class Unary extends LaneOp {
    private static final IntUnaryOperator FUNCTION =
        Templates.function(MethodHandles.lookup(), IntUnaryOperator.class);

    @Override
    void execute(Warp warp, int mask) {
      int[] z = warp.ints[d];
      int[] x = warp.ints[a];
      if (mask == ALL) {
        for (int k = 0; k < LANES; k++) {
          z[k] = FUNCTION.applyAsInt(x[k]);
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = FUNCTION.applyAsInt(x[k]);
      }
    }
  }

  /** Two operands. */
  static final class Binary extends LaneOp {
    private static final IntBinaryOperator FUNCTION =
        Templates.function(MethodHandles.lookup(), IntBinaryOperator.class);

    @Override
    void execute(Warp warp, int mask) {
      int[] z = warp.ints[d];
      int[] x = warp.ints[a];
      int[] y = warp.ints[b];
      if (mask == ALL) {
        for (int k = 0; k < LANES; k++) {
          z[k] = FUNCTION.applyAsInt(x[k], y[k]);
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = FUNCTION.applyAsInt(x[k], y[k]);
      }
    }
  }

  /** Three operands. */
  static final class Ternary extends LaneOp {
    private static final Fn.Int3 FUNCTION =
        Templates.function(MethodHandles.lookup(), Fn.Int3.class);

    @Override
    void execute(Warp warp, int mask) {
      int[] z = warp.ints[d];
      int[] x = warp.ints[a];
      int[] y = warp.ints[b];
      int[] w = warp.ints[c];
      if (mask == ALL) {
        for (int k = 0; k < LANES; k++) {
          z[k] = FUNCTION.apply(x[k], y[k], w[k]);
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = FUNCTION.apply(x[k], y[k], w[k]);
      }
    }
  }

  /** From a long. */
  static final class FromLong extends LaneOp {
    private static final LongToIntFunction FUNCTION =
        Templates.function(MethodHandles.lookup(), LongToIntFunction.class);

    @Override
    void execute(Warp warp, int mask) {
      int[] z = warp.ints[d];
      long[] x = warp.longs[a];
      if (mask == ALL) {
        for (int k = 0; k < LANES; k++) {
          z[k] = FUNCTION.applyAsInt(x[k]);
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = FUNCTION.applyAsInt(x[k]);
      }
    }
  }

  /** From two longs. */
  static final class FromLongs extends LaneOp {
    private static final Fn.LongCompare FUNCTION =
        Templates.function(MethodHandles.lookup(), Fn.LongCompare.class);

    @Override
    void execute(Warp warp, int mask) {
      int[] z = warp.ints[d];
      long[] x = warp.longs[a];
      long[] y = warp.longs[b];
      if (mask == ALL) {
        for (int k = 0; k < LANES; k++) {
          z[k] = FUNCTION.apply(x[k], y[k]);
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = FUNCTION.apply(x[k], y[k]);
      }
    }
  }
}
