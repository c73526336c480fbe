package dev.espalier.tensor.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The fixed pool of daemon threads that every CPU kernel shares.
 *
 * <p>The system property {@code espalier.threads} (default: the available processors) or {@link
 * #setThreads} sizes it; the calling thread counts as one. Tasks are claimed dynamically, so which
 * thread runs a task is not defined: kernels must partition their output, or reduce over a number
 * of partials that does not depend on the thread count, so that results never do either.
 *
 * <p>PyTorch: {@code torch.set_num_threads}.
 */
public final class Workers {
  /** About 50 µs: longer than the gap between two kernels, shorter than a wasted time slice. */
  private static final int SPINS = 1500;

  private static volatile Workers pool = new Workers(configuredThreads());

  private final Worker[] workers;
  private final int spins;
  private final AtomicBoolean occupied = new AtomicBoolean();
  private final Job job = new Job();
  private volatile boolean closed;

  private Workers(int threads) {
    workers = new Worker[threads - 1];
    spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(this, i + 1);
    }
  }

  private static int configuredThreads() {
    String text = System.getProperty("espalier.threads");
    if (text == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    try {
      return requirePositive(Integer.parseInt(text.strip()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "espalier.threads: '%s' is not a number; use a whole number from 1 on".formatted(text),
          e);
    }
  }

  private static int requirePositive(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "espalier.threads: %d threads cannot run anything; use 1 or more".formatted(threads));
    }
    return threads;
  }

  /** How many threads take part in {@link #run}, the caller included. */
  public static int threads() {
    return pool.workers.length + 1;
  }

  /**
   * Replaces the pool; kernels that are running finish on the old one.
   *
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public static synchronized void setThreads(int threads) {
    if (requirePositive(threads) == threads()) {
      return;
    }
    Workers old = pool;
    pool = new Workers(threads);
    old.close();
  }

  /**
   * Runs {@code body(0) .. body(tasks - 1)} on the pool and the calling thread and returns when all
   * have ended.
   *
   * <p>Runs inline, in order, with one task, with one thread, inside another {@code run}, or while
   * another caller occupies the pool. After a task has thrown, tasks that have not begun are
   * skipped.
   *
   * @throws RuntimeException or Error: what the first failing task threw; those of tasks that
   *     failed at the same time are suppressed in it
   */
  public static void run(int tasks, IntConsumer body) {
    assert tasks >= 0;
    Workers here = pool;
    if (tasks > 1 && here.workers.length > 0 && here.occupied.compareAndSet(false, true)) {
      here.runShared(tasks, body);
      return;
    }
    for (int task = 0; task < tasks; task++) {
      body.accept(task);
    }
  }

  private void runShared(int tasks, IntConsumer body) {
    Throwable failure;
    try {
      job.begin(tasks, body);
      wake(tasks - 1);
      job.work();
      job.await(tasks, spins);
      failure = job.end();
    } finally {
      occupied.set(false);
    }
    rethrow(failure);
  }

  private static void rethrow(Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("a task threw a checked exception", e);
    }
  }

  private void wake(int helpers) {
    int count = Math.min(helpers, workers.length);
    for (int i = 0; i < count; i++) {
      if (workers[i].parked) {
        LockSupport.unpark(workers[i].thread);
      }
    }
  }

  private void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker.thread);
    }
  }

  private boolean hasWork() {
    return job.hasUnclaimedTask();
  }

  private static final class Worker implements Runnable {
    final Workers owner;
    final Thread thread;
    volatile boolean parked;

    Worker(Workers owner, int number) {
      this.owner = owner;
      thread = Thread.ofPlatform().name("espalier-worker-" + number).daemon().unstarted(this);
      thread.start();
    }

    @Override
    public void run() {
      while (!owner.closed) {
        if (owner.hasWork()) {
          owner.job.work();
        } else {
          idle();
        }
      }
    }

    private void idle() {
      for (int i = 0; i < owner.spins; i++) {
        if (owner.hasWork()) {
          return;
        }
        Thread.onSpinWait();
      }
      // Published before the last look, as a caller publishes its job before it looks at the flag:
      // one of the two always sees the other.
      parked = true;
      if (!owner.hasWork() && !owner.closed) {
        LockSupport.park(this);
      }
      parked = false;
    }
  }

  /**
   * What the pool is running, one call after the other in the same object. A thread may still look
   * at a call that has ended while the next begins: it claims a task only if the call whose fields
   * it has read is the one that the claim counts down.
   */
  private static final class Job {
    /** Number of the call in the upper half, its tasks that nobody has claimed in the lower. */
    private final AtomicLong unclaimed = new AtomicLong();

    private final AtomicInteger finished = new AtomicInteger();
    private int tasks;
    private IntConsumer body;
    private Thread caller;
    private volatile Throwable failure;

    /** Only while nothing is claimed and nothing left to claim. */
    void begin(int count, IntConsumer what) {
      tasks = count;
      body = what;
      caller = Thread.currentThread();
      finished.set(0);
      long number = unclaimed.get() >>> Integer.SIZE;
      unclaimed.set((number + 1) << Integer.SIZE | count);
    }

    /** Forgets the call, which has ended; returns what its first failing task threw. */
    Throwable end() {
      Throwable thrown = failure;
      failure = null;
      body = null;
      caller = null;
      return thrown;
    }

    boolean hasUnclaimedTask() {
      return (int) unclaimed.get() != 0;
    }

    void work() {
      int done = 0;
      int all = 0;
      Thread owner = null;
      while (true) {
        long seen = unclaimed.get();
        if ((int) seen == 0) {
          break;
        }
        int count = tasks;
        IntConsumer what = body;
        Thread from = caller;
        if (unclaimed.compareAndSet(seen, seen - 1)) {
          // from here on the call cannot end before this thread has counted the task as finished
          all = count;
          owner = from;
          done++;
          if (failure == null) {
            attempt(what, count - (int) seen);
          }
        }
      }
      if (done > 0 && finished.addAndGet(done) == all && Thread.currentThread() != owner) {
        LockSupport.unpark(owner);
      }
    }

    private void attempt(IntConsumer what, int task) {
      try {
        what.accept(task);
      } catch (Throwable thrown) {
        recordFailure(thrown);
      }
    }

    private synchronized void recordFailure(Throwable thrown) {
      if (failure == null) {
        failure = thrown;
      } else if (failure != thrown) {
        failure.addSuppressed(thrown);
      }
    }

    void await(int count, int spins) {
      for (int i = 0; i < spins && finished.get() < count; i++) {
        Thread.onSpinWait();
      }
      boolean interrupted = false;
      while (finished.get() < count) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted(); // an interrupted thread would not park again
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
