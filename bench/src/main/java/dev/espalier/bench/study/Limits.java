package dev.espalier.bench.study;

import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Threads;

/**
 * What a study may take of the machine; results do not depend on it.
 *
 * @param trials the most trials at once
 * @param memoryBytes the most memory outside the heap that trials may want together
 */
public record Limits(int trials, long memoryBytes) {
  /** A trial on each processor, in three quarters of the memory that tensors may take. */
  public static Limits standard() {
    return new Limits(Threads.count(), Memory.limit() / 4 * 3);
  }

  /** Checks that something can run. */
  public Limits {
    if (trials < 1) {
      throw new IllegalArgumentException(
          "study: at least 1 trial must run at once but it is " + trials);
    }
    if (memoryBytes < 1) {
      throw new IllegalArgumentException(
          "study: the memory for trials must be positive but is " + memoryBytes + " bytes");
    }
  }
}
