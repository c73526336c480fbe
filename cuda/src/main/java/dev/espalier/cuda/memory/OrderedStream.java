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
  private long issued;
  private long finished;

  /** The blocks that captured commands use, each with its generation; null outside a capture. */
  private Map<DeviceBuffer, Long> touched;

  /** What serves the allocations of a capture; null outside of one. */
  private PrivatePool capturePool;

  /** Opens a stream. */
  public OrderedStream(Driver driver) {
    stream = driver.openStream();
    mark = driver.openEvent();
  }

  /** Lets the later commands of this stream wait for what {@code other} was given so far. */
  void follow(OrderedStream other) {
    boolean inCapture = isCapturing();
    synchronized (other) {
      if (other.issued == other.finished) {
        return;
      }
      if (inCapture || other.touched != null) {
        throw new IllegalStateException(
            "capture: a tensor is in use on another thread; let other threads finish what the step"
                + " reads and writes before it is captured");
      }
      other.stream.record(other.mark);
    }
    // a later record of the same mark only moves it further on, which is waiting too long, not
    // wrong
    await(other.mark);
  }

  /** Whether commands are collected instead of run. */
  public synchronized boolean isCapturing() {
    return touched != null;
  }

  /** What serves this thread's allocations while it captures; null otherwise. */
  public synchronized PrivatePool capturePool() {
    return capturePool;
  }

  /** {@link #beginCapture()}, with allocations from a pool. */
  synchronized void beginCapture(PrivatePool pool) {
    beginCapture();
    capturePool = pool;
  }

  /** Remembers that the commands being captured use a block. */
  synchronized void touch(DeviceBuffer block) {
    if (touched != null) {
      touched.putIfAbsent(block, block.generation());
    }
  }

  /** The blocks of the capture under way, each with the generation that it had at first use. */
  synchronized Map<DeviceBuffer, Long> touched() {
    return Map.copyOf(touched);
  }

  /** Issues work that the interface has no command for, as a library of the vendor does. */
  public synchronized void issue(Consumer<CommandStream> work) {
    issued++;
    work.accept(stream);
  }

  @Override
  public synchronized void copyToDevice(MemorySegment source, DevicePointer target) {
    issued++;
    stream.copyToDevice(source, target);
  }

  @Override
  public synchronized void copyToHost(DevicePointer source, MemorySegment target) {
    issued++;
    stream.copyToHost(source, target);
  }

  @Override
  public synchronized void copyOnDevice(DevicePointer source, DevicePointer target, long bytes) {
    issued++;
    stream.copyOnDevice(source, target, bytes);
  }

  @Override
  public synchronized void fill(DevicePointer target, byte value, long bytes) {
    issued++;
    stream.fill(target, value, bytes);
  }

  @Override
  public synchronized void launch(
      Kernel kernel, LaunchShape shape, List<KernelArgument> arguments) {
    issued++;
    stream.launch(kernel, shape, arguments);
  }

  @Override
  public synchronized void record(Event event) {
    stream.record(event);
  }

  @Override
  public synchronized void await(Event event) {
    issued++;
    stream.await(event);
  }

  @Override
  public synchronized void synchronize() {
    stream.synchronize();
    finished = issued;
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
    issued++;
    stream.replay(sequence);
  }

  @Override
  public synchronized void close() {
    stream.close();
    mark.close();
  }
}
