package dev.espalier.bench.study;

/**
 * Admits trials as long as what they are expected to need together fits. Whoever needs more than
 * all of it runs when nobody else does.
 */
final class MemoryBudget {
  private final long bytes;
  private long taken;

  MemoryBudget(long bytes) {
    this.bytes = bytes;
  }

  /** Waits until there is room. */
  synchronized void take(long need) throws InterruptedException {
    while (taken > 0 && taken + need > bytes) {
      wait();
    }
    taken += need;
  }

  /** Gives room back. */
  synchronized void give(long need) {
    taken -= need;
    notifyAll();
  }
}
