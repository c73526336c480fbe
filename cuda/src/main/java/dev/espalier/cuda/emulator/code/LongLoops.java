package dev.espalier.cuda.emulator.code;

import static dev.espalier.cuda.emulator.machine.Warp.ALL;
import static dev.espalier.cuda.emulator.machine.Warp.LANES;

import dev.espalier.cuda.emulator.machine.Warp;
import java.lang.invoke.MethodHandles;
import java.util.function.IntToLongFunction;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Loops over the lanes whose result is a long. */
final class LongLoops {
  private LongLoops() {}

  /** One operand. */
  static final class Unary extends LaneOp {
    private static final LongUnaryOperator FUNCTION =
        Templates.function(MethodHandles.lookup(), LongUnaryOperator.class);

    @Override
    void execute(Warp warp, int mask) {
      long[] z = warp.longs[d];
      long[] x = warp.longs[a];
      if (mask == ALL) {
        for (int k = 0; k < LANES; k++) {
          z[k] = FUNCTION.applyAsLong(x[k]);
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = FUNCTION.applyAsLong(x[k]);
      }
    }
  }

  /** Two operands. */
  static final class Binary extends LaneOp {
    private static final LongBinaryOperator FUNCTION =
        Templates.function(MethodHandles.lookup(), LongBinaryOperator.class);

    @Override
    void execute(Warp warp, int mask) {
      long[] z = warp.longs[d];
      long[] x = warp.longs[a];
      long[] y = warp.longs[b];
      if (mask == ALL) {
        for (int k = 0; k < LANES; k++) {
          z[k] = FUNCTION.applyAsLong(x[k], y[k]);
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = FUNCTION.applyAsLong(x[k], y[k]);
      }
    }
  }

  /** Three operands. */
  static final class Ternary extends LaneOp {
    private static final Fn.Long3 FUNCTION =
        Templates.function(MethodHandles.lookup(), Fn.Long3.class);

    @Override
    void execute(Warp warp, int mask) {
      long[] z = warp.longs[d];
      long[] x = warp.longs[a];
      long[] y = warp.longs[b];
      long[] w = warp.longs[c];
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

  /** From an int. */
  static final class FromInt extends LaneOp {
    private static final IntToLongFunction FUNCTION =
        Templates.function(MethodHandles.lookup(), IntToLongFunction.class);

    @Override
    void execute(Warp warp, int mask) {
      long[] z = warp.longs[d];
      int[] x = warp.ints[a];
      if (mask == ALL) {
        for (int k = 0; k < LANES; k++) {
          z[k] = FUNCTION.applyAsLong(x[k]);
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = FUNCTION.applyAsLong(x[k]);
      }
    }
  }

  /** A long and an amount. */
  static final class Shift extends LaneOp {
    private static final Fn.Shift FUNCTION =
        Templates.function(MethodHandles.lookup(), Fn.Shift.class);

    @Override
    void execute(Warp warp, int mask) {
      long[] z = warp.longs[d];
      long[] x = warp.longs[a];
      int[] y = warp.ints[b];
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

  /** A product of twice the width. */
  static final class Wide extends LaneOp {
    private static final Fn.Wide FUNCTION =
        Templates.function(MethodHandles.lookup(), Fn.Wide.class);

    @Override
    void execute(Warp warp, int mask) {
      long[] z = warp.longs[d];
      int[] x = warp.ints[a];
      int[] y = warp.ints[b];
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

  /** A product of twice the width, and a sum. */
  static final class WideSum extends LaneOp {
    private static final Fn.WideSum FUNCTION =
        Templates.function(MethodHandles.lookup(), Fn.WideSum.class);

    @Override
    void execute(Warp warp, int mask) {
      long[] z = warp.longs[d];
      int[] x = warp.ints[a];
      int[] y = warp.ints[b];
      long[] w = warp.longs[c];
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
}
