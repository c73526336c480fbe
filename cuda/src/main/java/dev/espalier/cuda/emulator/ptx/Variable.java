package dev.espalier.cuda.emulator.ptx;

/**
 * A named piece of memory.
 *
 * @param type of its elements
 * @param bytes of the whole, 0 where its size is given by the launch
 * @param alignment in bytes
 * @param initial its first bytes, or null
 */
public record Variable(
    String name, StateSpace space, PtxType type, long bytes, int alignment, byte[] initial) {
  // A variable is itself: two scopes may declare equal ones.
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
