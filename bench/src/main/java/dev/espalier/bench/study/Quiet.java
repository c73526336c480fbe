package dev.espalier.bench.study;

import dev.espalier.tensor.Threads;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Lets trials run side by side, but measure latency while nothing else of the study runs: whoever
 * wants to measure waits until every other trial stands still between two training steps.
 *
 * <p>Side by side each trial has one thread; alone it has all of them. Results of training do not
 * depend on that.
 */
final class Quiet {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
  private final int threads = Threads.count();
  private final int threadsBeside;

  /**
   * @param atOnce how many trials may run side by side
   */
  Quiet(int atOnce) {
    threadsBeside = atOnce > 1 ? 1 : threads;
  }

  /** Before any work, once on each thread. */
  void enter() {
    lock.readLock().lock();
  }

  /** After all work. */
  void leave() {
    lock.readLock().unlock();
  }

  /** Sets the threads of kernels for work side by side. */
  void begin() {
    Threads.setCount(threadsBeside);
  }

  /** Sets the threads of kernels back. */
  void end() {
    Threads.setCount(threads);
  }

  /**
   * Stands still if another trial wants to measure; called between two steps.
   *
   * @return nanoseconds that this took
   */
  long pause() {
    if (!lock.hasQueuedThreads()) {
      return 0;
    }
    long start = System.nanoTime();
    leave();
    enter();
    return System.nanoTime() - start;
  }

  /** Runs something, on a thread that has entered, while all others stand still. */
  <T> T alone(Supplier<T> work) {
    leave();
    lock.writeLock().lock();
    try {
      end();
      return work.get();
    } finally {
      begin();
      enter(); // a writer may read as well, so nobody gets in between
      lock.writeLock().unlock();
    }
  }
}
