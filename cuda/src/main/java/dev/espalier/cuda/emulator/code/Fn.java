package dev.espalier.cuda.emulator.code;

/** The shapes of functions on registers that {@code java.util.function} has not. */
final class Fn {
  private Fn() {}

  /** Three ints. */
  interface Int3 {
    int apply(int a, int b, int c);
  }

  /** Three longs. */
  interface Long3 {
    long apply(long a, long b, long c);
  }

  /** A long and an amount. */
  interface Shift {
    long apply(long a, int b);
  }

  /** A product of twice the width. */
  interface Wide {
    long apply(int a, int b);
  }

  /** A product of twice the width and a sum. */
  interface WideSum {
    long apply(int a, int b, long c);
  }

  /** A comparison of ints. */
  interface IntTest {
    boolean test(int a, int b);
  }

  /** A comparison of longs. */
  interface LongTest {
    boolean test(long a, long b);
  }

  /** A question about two longs, answered by an int. */
  interface LongCompare {
    int apply(long a, long b);
  }
}
