package dev.espalier.tensor.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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
  private final AtomicReference<Job> current = new AtomicReference<>();
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
    if (tasks > 1 && here.workers.length > 0) {
      Job job = new Job(tasks, body);
      if (here.current.compareAndSet(null, job)) {
        here.runShared(job);
        return;
      }
    }
    for (int task = 0; task < tasks; task++) {
      body.accept(task);
    }
  }

  private void runShared(Job job) {
    try {
      wake(job.tasks - 1);
      job.work();
      job.await(spins);
    } finally {
      current.set(null);
    }
    job.rethrow();
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
    Job job = current.get();
    return job != null && job.hasUnclaimedTask();
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
        Job job = owner.current.get();
        if (job != null && job.hasUnclaimedTask()) {
          job.work();
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

  private static final class Job {
    final int tasks;
    private final IntConsumer body;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger claimed = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private volatile Throwable failure;

    Job(int tasks, IntConsumer body) {
      this.tasks = tasks;
      this.body = body;
    }

    boolean hasUnclaimedTask() {
      return claimed.get() < tasks;
    }

    void work() {
      int done = 0;
      for (int task; (task = claimed.getAndIncrement()) < tasks; done++) {
        if (failure == null) {
          attempt(task);
        }
      }
      if (done > 0 && finished.addAndGet(done) == tasks && Thread.currentThread() != caller) {
        LockSupport.unpark(caller);
      }
    }

    private void attempt(int task) {
      try {
        body.accept(task);
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

    void await(int spins) {
      for (int i = 0; i < spins && finished.get() < tasks; i++) {
        Thread.onSpinWait();
      }
      boolean interrupted = false;
      while (finished.get() < tasks) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted(); // an interrupted thread would not park again
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    void rethrow() {
      switch (failure) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException("a task threw a checked exception", e);
      }
    }
  }
}
