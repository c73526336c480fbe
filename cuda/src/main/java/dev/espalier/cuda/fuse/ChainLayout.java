package dev.espalier.cuda.fuse;

import dev.espalier.tensor.DType;

/**
 * How the operands of a chain lie, as far as its kernel's code depends on it.
 *
 * @param type float32 or float64
 * @param lanes neighbours along the innermost axis that a thread takes at once: 16 bytes, or 1
 *     element
 * @param axes that are left after merging, 1 to 6
 * @param repeated bit k says that input k does not change along the innermost axis; 0 where lanes
 *     is 1
 */
public record ChainLayout(DType type, int lanes, int axes, int repeated) {
  boolean isRepeated(int input) {
    return (repeated >> input & 1) != 0;
  }

  /** Whether addresses follow from the element's number alone. */
  public boolean isOneRun() {
    return lanes > 1 && axes == 1;
  }
}
