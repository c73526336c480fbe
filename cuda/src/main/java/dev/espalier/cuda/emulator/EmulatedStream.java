package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.LaunchSequence;
import dev.espalier.cuda.driver.LaunchShape;
import dev.espalier.cuda.emulator.code.Launch;
import dev.espalier.cuda.emulator.machine.Allocation;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Commands in order: run at once, or when something waits for them. */
final class EmulatedStream implements CommandStream {
  private final EmulatedDriver driver;
  private final boolean deferred;

  /** What was issued and not yet run; other threads run it when they wait for this stream. */
  private final Queue<Runnable> pending = new ConcurrentLinkedQueue<>();

  private List<Runnable> captured;
  private boolean closed;

  EmulatedStream(EmulatedDriver driver, boolean deferred) {
    this.driver = driver;
    this.deferred = deferred;
  }

  /** Commands captured from a stream. */
  private record Sequence(List<Runnable> commands) implements LaunchSequence {
    @Override
    public int size() {
      return commands.size();
    }

    @Override
    public void close() {}
  }

  private void issue(Runnable command) {
    requireOpen();
    if (captured != null) {
      captured.add(command);
    } else if (deferred) {
      pending.add(command);
    } else {
      synchronized (driver) {
        command.run();
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new DriverException("stream", "the stream is closed");
    }
  }

  /** Runs what was issued and not yet run. */
  void drain() {
    synchronized (driver) {
      for (Runnable next = pending.poll(); next != null; next = pending.poll()) {
        next.run();
      }
    }
  }

  /** Runs what was issued before a recorded point, as late as that is allowed. */
  void drainTo(EmulatedEvent.Point point) {
    synchronized (driver) {
      while (!point.isReached()) {
        Runnable next = pending.poll();
        if (next == null) {
          return; // a point in a captured sequence, which was not replayed
        }
        next.run();
      }
    }
  }

  private Allocation range(String operation, DevicePointer pointer, long bytes) {
    Allocation allocation = driver.heap().find(pointer.address(), bytes);
    if (allocation == null) {
      throw new DriverException(
          operation,
          "%d bytes at %s are not all in one allocation: the first is %s"
              .formatted(bytes, pointer, driver.heap().describe(pointer.address())));
    }
    return allocation;
  }

  private static int offset(Allocation allocation, DevicePointer pointer) {
    return (int) (pointer.address() - allocation.base);
  }

  private static void requireNative(String operation, MemorySegment segment) {
    if (!segment.isNative()) {
      throw new DriverException(
          operation, "host memory must be native: heap arrays cannot be pinned safely");
    }
  }

  @Override
  public void copyToDevice(MemorySegment source, DevicePointer target) {
    requireNative("copyToDevice", source);
    long bytes = source.byteSize();
    if (bytes == 0) {
      return;
    }
    issue(
        () -> {
          Allocation to = range("copyToDevice", target, bytes);
          int at = offset(to, target);
          MemorySegment.copy(source, 0, MemorySegment.ofArray(to.bytes), at, bytes);
          to.markValid(at, (int) bytes);
        });
  }

  @Override
  public void copyToHost(DevicePointer source, MemorySegment target) {
    requireNative("copyToHost", target);
    long bytes = target.byteSize();
    if (bytes == 0) {
      return;
    }
    issue(
        () -> {
          Allocation from = range("copyToHost", source, bytes);
          int at = offset(from, source);
          if (driver.checks().uninitialised && !from.isValid(at, (int) bytes)) {
            throw new DriverException(
                "copyToHost",
                "%d bytes at offset %d of %s were not all written".formatted(bytes, at, from));
          }
          MemorySegment.copy(MemorySegment.ofArray(from.bytes), at, target, 0, bytes);
        });
  }

  @Override
  public void copyOnDevice(DevicePointer source, DevicePointer target, long bytes) {
    if (bytes == 0) {
      return;
    }
    issue(
        () -> {
          Allocation from = range("copyOnDevice", source, bytes);
          Allocation to = range("copyOnDevice", target, bytes);
          if (from == to && Math.abs(source.address() - target.address()) < bytes) {
            throw new DriverException("copyOnDevice", "the two ranges overlap");
          }
          System.arraycopy(
              from.bytes, offset(from, source), to.bytes, offset(to, target), (int) bytes);
          to.copyValid(from, offset(from, source), offset(to, target), (int) bytes);
        });
  }

  @Override
  public void fill(DevicePointer target, byte value, long bytes) {
    if (bytes == 0) {
      return;
    }
    issue(
        () -> {
          Allocation to = range("fill", target, bytes);
          int at = offset(to, target);
          Arrays.fill(to.bytes, at, at + (int) bytes, value);
          to.markValid(at, (int) bytes);
        });
  }

  @Override
  public void launch(Kernel kernel, LaunchShape shape, List<KernelArgument> arguments) {
    if (!(kernel instanceof EmulatedKernel emulated)) {
      throw new DriverException(
          "launch of " + kernel.name(), "the kernel was loaded by another driver");
    }
    emulated.require(shape);
    byte[] parameters = emulated.parameters(arguments);
    issue(() -> run(emulated, shape, parameters));
  }

  private void run(EmulatedKernel kernel, LaunchShape shape, byte[] parameters) {
    Launch launch =
        new Launch(
            kernel.compiled(),
            shape,
            parameters,
            driver.heap(),
            driver.checks(),
            driver.instructionLimit(),
            driver.heap().nextStamp());
    Launch.Outcome outcome = launch.run(driver.pool(), driver.workers());
    if (outcome.problem() != null) {
      throw new DriverException(
          "launch of %s with %s".formatted(kernel.name(), shape), outcome.problem());
    }
    driver.launched(kernel, launch, outcome.tally());
  }

  @Override
  public void record(Event event) {
    issue(((EmulatedEvent) event).record(this)::reach);
  }

  @Override
  public void await(Event event) {
    EmulatedEvent.Point point = ((EmulatedEvent) event).last();
    if (point != null) {
      issue(point::await);
    }
  }

  @Override
  public void synchronize() {
    requireNoCapture("synchronize");
    drain();
  }

  private void requireNoCapture(String operation) {
    if (captured != null) {
      throw new DriverException(operation, "not allowed while commands are captured");
    }
  }

  @Override
  public void beginCapture() {
    requireOpen();
    requireNoCapture("beginCapture");
    captured = new ArrayList<>();
  }

  @Override
  public LaunchSequence endCapture() {
    if (captured == null) {
      throw new DriverException("endCapture", "no capture was begun");
    }
    Sequence sequence = new Sequence(List.copyOf(captured));
    captured = null;
    return sequence;
  }

  @Override
  public void replay(LaunchSequence sequence) {
    if (!(sequence instanceof Sequence(List<Runnable> commands))) {
      throw new DriverException("replay", "the sequence was captured by another driver");
    }
    commands.forEach(this::issue);
  }

  @Override
  public void close() {
    if (!closed) {
      try {
        drain();
      } finally {
        closed = true;
        driver.closed(this);
      }
    }
  }
}
