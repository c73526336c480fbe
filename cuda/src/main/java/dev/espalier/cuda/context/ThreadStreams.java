package dev.espalier.cuda.context;

import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.memory.Closing;
import dev.espalier.cuda.memory.OrderedStream;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/** A stream for each thread; that of a thread which ended goes to the next new one. */
final class ThreadStreams implements AutoCloseable {
  /** A stream and the thread that has it. */
  private static final class Lease {
    private final OrderedStream stream;
    private WeakReference<Thread> holder;

    Lease(OrderedStream stream) {
      this.stream = stream;
    }

    void giveTo(Thread thread) {
      holder = new WeakReference<>(thread);
    }

    boolean isOver() {
      Thread thread = holder.get();
      return thread == null || !thread.isAlive();
    }
  }

  private final Driver driver;
  private final List<Lease> leases = new ArrayList<>();
  private final ThreadLocal<OrderedStream> mine = ThreadLocal.withInitial(this::lease);

  ThreadStreams(Driver driver) {
    this.driver = driver;
  }

  OrderedStream mine() {
    return mine.get();
  }

  private synchronized OrderedStream lease() {
    Lease lease = leases.stream().filter(Lease::isOver).findFirst().orElseGet(this::open);
    lease.giveTo(Thread.currentThread());
    return lease.stream;
  }

  private Lease open() {
    var lease = new Lease(new OrderedStream(driver));
    leases.add(lease);
    return lease;
  }

  /** Waits for what runs on all streams; this thread's must not be captured. */
  void synchronizeAll() {
    mine().synchronize();
    synchronized (this) {
      leases.forEach(lease -> lease.stream.finish());
    }
  }

  @Override
  public synchronized void close() {
    List<Runnable> steps = new ArrayList<>();
    leases.forEach(lease -> steps.add(lease.stream::close));
    leases.clear();
    Closing.all(steps);
  }
}
