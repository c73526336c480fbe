package dev.espalier.tensor.cpu.vector;

/**
 * What the loops of {@link PixelTile} read: a window of the input and packed weights, in the slots
 * of one constant array, one for each slot of {@link Panels}.
 *
 * <p>The array and so its length is a constant to the compiler, and every place is masked: that
 * proves each access to be within.
 */
final class PixelMemory {
  private static final int SHIFT = 17;

  /** Floats of a slot. */
  static final int SLOT = 1 << SHIFT;

  /** Any place in a slot. */
  static final int MASK = SLOT - 1;

  /** Room for what is read behind the last place of the last slot. */
  private static final int SLACK = 64;

  static final float[] FLOATS = new float[(Panels.SLOTS << SHIFT) + SLACK];

  private PixelMemory() {}

  /** Where a slot begins; the compiler knows its range. */
  static int header(int slot) {
    return (slot & (Panels.SLOTS - 1)) << SHIFT;
  }
}
