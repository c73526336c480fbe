package dev.espalier.cuda.context;

import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.memory.OrderedStream;
import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A stream for each thread; that of a thread which ended goes to the next new one. */
final class ThreadStreams implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  /** What a thread holds: when it is unreachable, so is the thread. */
  private static final class Lease {
    private final OrderedStream stream;

    Lease(OrderedStream stream) {
      this.stream = stream;
    }
  }

  private final Driver driver;
  private final List<OrderedStream> all = new ArrayList<>();
  private final ArrayDeque<OrderedStream> idle = new ArrayDeque<>();
  private final ThreadLocal<Lease> mine = ThreadLocal.withInitial(this::lease);

  ThreadStreams(Driver driver) {
    this.driver = driver;
  }

  OrderedStream mine() {
    return mine.get().stream;
  }

  private synchronized Lease lease() {
    OrderedStream stream = idle.pollFirst();
    if (stream == null) {
      stream = new OrderedStream(driver);
      all.add(stream);
    }
    OrderedStream leased = stream;
    var lease = new Lease(leased);
    CLEANER.register(lease, () -> giveBack(leased));
    return lease;
  }

  private synchronized void giveBack(OrderedStream stream) {
    idle.addLast(stream);
  }

  synchronized void synchronizeAll() {
    all.forEach(OrderedStream::synchronize);
  }

  @Override
  public synchronized void close() {
    all.forEach(OrderedStream::close);
    all.clear();
    idle.clear();
  }
}
