package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.PtxType;

/**
 * Additions, subtractions and products with sums that read or write the carry flag, which is a
 * predicate of the kernel's own.
 */
final class CarryOp extends Op {
  private final boolean wide;
  private final boolean subtract;
  private final boolean product;
  private final boolean high;
  private final boolean signed;
  private final boolean carryIn;
  private final boolean carryOut;
  private final int flag;
  private final int d;
  private final int a;
  private final int b;
  private final int c;

  CarryOp(
      Emitter emit, String root, PtxType type, boolean high, boolean carryIn, boolean carryOut) {
    this.wide = type.isWide();
    this.subtract = root.startsWith("sub");
    this.product = root.startsWith("mad");
    this.high = high;
    this.signed = type.isSigned();
    this.carryIn = carryIn;
    this.carryOut = carryOut;
    this.flag = emit.registers.carryFlag();
    this.d = emit.target(type);
    this.a = emit.source(1, type);
    this.b = emit.source(2, type);
    this.c = product ? emit.source(3, type) : 0;
  }

  @Override
  void execute(Warp warp, int mask) {
    int carries = warp.predicates[flag];
    int result = carries & ~mask;
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      int in = carryIn ? (carries >>> k) & 1 : 0;
      boolean out = wide ? lane64(warp, k, in) : lane32(warp, k, in);
      result |= out ? 1 << k : 0;
    }
    if (carryOut) {
      warp.predicates[flag] = result;
    }
  }

  private boolean lane32(Warp warp, int k, int in) {
    int x = warp.ints[a][k];
    int y = warp.ints[b][k];
    if (product) {
      int low = x * y;
      int part = high ? (signed ? Int32.signedHigh(x, y) : Int32.unsignedHigh(x, y)) : low;
      x = part;
      y = warp.ints[c][k];
    }
    long first = x & 0xFFFFFFFFL;
    long second = y & 0xFFFFFFFFL;
    long result = subtract ? first - second - in : first + second + in;
    warp.ints[d][k] = (int) result;
    return (result >>> 32 & 1) != 0;
  }

  private boolean lane64(Warp warp, int k, int in) {
    long x = warp.longs[a][k];
    long y = warp.longs[b][k];
    if (product) {
      long part =
          high ? (signed ? Math.multiplyHigh(x, y) : Math.unsignedMultiplyHigh(x, y)) : x * y;
      x = part;
      y = warp.longs[c][k];
    }
    if (subtract) {
      long result = x - y - in;
      warp.longs[d][k] = result;
      int order = Long.compareUnsigned(x, y);
      return order < 0 || (order == 0 && in != 0);
    }
    long partial = x + y;
    long result = partial + in;
    warp.longs[d][k] = result;
    return Long.compareUnsigned(partial, x) < 0 || (in != 0 && result == 0);
  }
}
