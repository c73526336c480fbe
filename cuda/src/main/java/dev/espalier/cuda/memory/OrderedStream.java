package dev.espalier.cuda.memory;

import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.driver.Event;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.LaunchSequence;
import dev.espalier.cuda.driver.LaunchShape;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The stream of one thread, that other threads' streams can follow.
 *
 * <p>A driver's stream belongs to one thread at a time; here each call is a turn of its own, so
 * that another thread may mark a point in it.
 */
public final class OrderedStream implements CommandStream {
  private final CommandStream stream;
  private final Event mark;

  /** How many commands were given that run; those that are captured do not. */
  private long issued;

  private long finished;

  /** Up to which command others were waited for; of the thread that owns the stream. */
  private final Map<OrderedStream, Long> followed = new IdentityHashMap<>();

  /** The blocks that captured commands use, each with its generation; null outside a capture. */
  private Map<DeviceBuffer, Long> touched;

  /** What serves the allocations of a capture; null outside of one. */
  private PrivatePool capturePool;

  /** Opens a stream. */
  public OrderedStream(Driver driver) {
    stream = driver.openStream();
    mark = driver.openEvent();
  }

  /**
   * Lets the later commands of this stream, which runs them, wait for what {@code other} was given
   * so far.
   */
  void follow(OrderedStream other) {
    long until;
    synchronized (other) {
      until = other.issued;
      if (until == other.finished || until == followed.getOrDefault(other, 0L)) {
        return;
      }
      other.stream.record(other.mark);
    }
    // a later record of the same mark only moves it further on, which is waiting too long, not
    // wrong
    await(other.mark);
    followed.put(other, until);
  }

  /** Whether commands are collected instead of run. */
  public synchronized boolean isCapturing() {
    return touched != null;
  }

  /** What serves this thread's allocations while it captures; null otherwise. */
  public synchronized PrivatePool capturePool() {
    return capturePool;
  }

  /** {@link #beginCapture()} after all that runs has run, with allocations from a pool. */
  synchronized void beginCapture(PrivatePool pool) {
    synchronize();
    beginCapture();
    capturePool = pool;
  }

  /** Remembers that the commands being captured use a block. */
  synchronized void touch(DeviceBuffer block, long generation) {
    touched.putIfAbsent(block, generation);
  }

  /** The blocks of the capture under way, each with the generation that it had at first use. */
  synchronized Map<DeviceBuffer, Long> touched() {
    return Map.copyOf(touched);
  }

  /** Issues work that the interface has no command for, as a library of the vendor does. */
  public synchronized void issue(Consumer<CommandStream> work) {
    work.accept(commands());
  }

  /** The stream, for one command more. */
  private CommandStream commands() {
    if (touched == null) {
      issued++;
    }
    return stream;
  }

  @Override
  public synchronized void copyToDevice(MemorySegment source, DevicePointer target) {
    commands().copyToDevice(source, target);
  }

  @Override
  public synchronized void copyToHost(DevicePointer source, MemorySegment target) {
    commands().copyToHost(source, target);
  }

  @Override
  public synchronized void copyOnDevice(DevicePointer source, DevicePointer target, long bytes) {
    commands().copyOnDevice(source, target, bytes);
  }

  @Override
  public synchronized void fill(DevicePointer target, byte value, long bytes) {
    commands().fill(target, value, bytes);
  }

  @Override
  public synchronized void launch(
      Kernel kernel, LaunchShape shape, List<KernelArgument> arguments) {
    commands().launch(kernel, shape, arguments);
  }

  @Override
  public synchronized void record(Event event) {
    stream.record(event);
  }

  @Override
  public synchronized void await(Event event) {
    commands().await(event);
  }

  @Override
  public synchronized void synchronize() {
    stream.synchronize();
    finished = issued;
  }

  /** Waits for what runs, which is nothing while commands are captured. */
  public synchronized void finish() {
    if (touched == null) {
      synchronize();
    }
  }

  @Override
  public synchronized void beginCapture() {
    stream.beginCapture();
    touched = new IdentityHashMap<>();
  }

  @Override
  public synchronized LaunchSequence endCapture() {
    touched = null;
    capturePool = null;
    return stream.endCapture();
  }

  @Override
  public synchronized void replay(LaunchSequence sequence) {
    commands().replay(sequence);
  }

  @Override
  public synchronized void close() {
    Closing.all(List.of(stream::close, mark::close));
  }
}
