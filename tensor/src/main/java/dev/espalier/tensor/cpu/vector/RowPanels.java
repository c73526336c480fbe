package dev.espalier.tensor.cpu.vector;

/**
 * Memory for the packed rows of a left operand, whose elements the loops of products broadcast: one
 * panel for each slot of {@link Panels}, in one constant array.
 *
 * <p>The array and so its length is a constant to the compiler, and every place is masked. A range
 * check inside a loop would not only cost time: the state that it would hand to the interpreter
 * holds the loop's vectors, and in some compilations that makes an object of each of them for good.
 */
final class RowPanels {
  private static final int SHIFT = 13;

  /** Any depth in a row, as the loops mask it. */
  static final int DEPTH_MASK = 1023;

  /** Any row, likewise. */
  static final int ROW_MASK = 7;

  static final float[] FLOATS = new float[Panels.SLOTS << SHIFT];

  static {
    int last = ROW_MASK * MicroKernel.DEPTH + DEPTH_MASK + Lanes.COUNT;
    if (MicroKernel.ROWS > ROW_MASK + 1
        || MicroKernel.DEPTH > DEPTH_MASK + 1
        || last > 1 << SHIFT) {
      throw new AssertionError("rows of %d floats in a panel".formatted(MicroKernel.DEPTH));
    }
  }

  private RowPanels() {}

  /** Where the panel of a slot begins; the compiler knows its range. */
  static int begin(int slot) {
    return (slot & (Panels.SLOTS - 1)) << SHIFT;
  }
}
