package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.DeviceMemory;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DeviceProperties;
import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;
import dev.espalier.cuda.driver.OutOfDeviceMemoryException;
import dev.espalier.cuda.driver.Program;
import dev.espalier.cuda.emulator.code.InstructionReports;
import dev.espalier.cuda.emulator.code.Launch;
import dev.espalier.cuda.emulator.code.Tally;
import dev.espalier.cuda.emulator.machine.Allocation;
import dev.espalier.cuda.emulator.machine.Checks;
import dev.espalier.cuda.emulator.machine.DeviceHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A device in software: loads PTX, runs it warp by warp, and checks what each thread does.
 *
 * <p>Commands run when they are issued, on the calling thread (with the other processors of the
 * host for further blocks), and a failure is thrown by the call that issued the command. With
 * {@link Builder#deferred} they run only when something waits for them, which shows where a program
 * uses memory too early; then the waiting call throws.
 *
 * <p>Results are the same in every run: blocks that update the same memory by atomic operations run
 * in order.
 *
 * <p>Floating-point results are those of IEEE 754 with fused multiply-add. Where PTX only bounds
 * the error ({@code ex2.approx} and its like), the emulator gives the correctly rounded value,
 * which need not be the hardware's, or on demand one that is as far off as PTX allows ({@link
 * Builder#approximations}). Not emulated are the payloads of NaN.
 */
public final class EmulatedDriver implements Driver {
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final DeviceDescription device;
  private final Checks checks;
  private final boolean deferred;
  private final Approximations approximations;
  private final int workers;
  private final long instructionLimit;
  private final Consumer<LaunchReport> listener;
  private final DeviceHeap heap;
  private final ExecutorService pool;
  private final Map<Long, Arena> pinned = new HashMap<>();
  private final List<EmulatedStream> streams = new ArrayList<>();
  private final List<EmulatedProgram> programs = new ArrayList<>();
  private Supplier<LaunchReport> lastLaunch;

  private EmulatedDriver(Builder builder) {
    device = builder.device;
    checks = new Checks(builder.checks);
    deferred = builder.deferred;
    approximations = builder.approximations;
    workers = builder.workers;
    instructionLimit = builder.instructionLimit;
    listener = builder.listener;
    heap = new DeviceHeap(builder.memoryBytes);
    pool =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "emulated-device-" + THREADS.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** An emulator with all checks, as an A100 with 1 GiB of memory. */
  public static Builder builder() {
    return new Builder();
  }

  /** How an emulator is to be. */
  public static final class Builder {
    private Set<Check> checks = EnumSet.allOf(Check.class);
    private DeviceDescription device = DeviceDescription.a100();
    private long memoryBytes = 1L << 30;
    private boolean deferred;
    private Approximations approximations = Approximations.NEAREST;
    private int workers = Runtime.getRuntime().availableProcessors();
    private long instructionLimit = 20_000_000_000L;
    private Consumer<LaunchReport> listener;

    private Builder() {}

    /** Looks only for these faults; accesses outside of allocations fail in any case. */
    public Builder checks(Set<Check> wanted) {
      checks = wanted.isEmpty() ? EnumSet.noneOf(Check.class) : EnumSet.copyOf(wanted);
      return this;
    }

    /** The device whose limits hold and whose speed is estimated. */
    public Builder device(DeviceDescription description) {
      device = description;
      return this;
    }

    /** How much may be allocated at once; it is taken from the Java heap. */
    public Builder memoryBytes(long bytes) {
      memoryBytes = bytes;
      return this;
    }

    /** Runs commands as late as the interface allows. */
    public Builder deferred(boolean late) {
      deferred = late;
      return this;
    }

    /** What {@code .approx} instructions give. */
    public Builder approximations(Approximations wanted) {
      approximations = wanted;
      return this;
    }

    /** How many host threads run blocks; results do not depend on it. */
    public Builder workers(int threads) {
      if (threads < 1) {
        throw new IllegalArgumentException("EmulatedDriver: workers must be 1 or more: " + threads);
      }
      workers = threads;
      return this;
    }

    /** After how many warp instructions a block is taken to loop for ever. */
    public Builder instructionLimit(long instructions) {
      instructionLimit = instructions;
      return this;
    }

    /** Gets a report of each launch that succeeded. */
    public Builder listener(Consumer<LaunchReport> wanted) {
      listener = wanted;
      return this;
    }

    /** The emulator. */
    public EmulatedDriver build() {
      return new EmulatedDriver(this);
    }
  }

  Approximations approximations() {
    return approximations;
  }

  /** The device that is emulated. */
  public DeviceDescription device() {
    return device;
  }

  @Override
  public DeviceProperties properties() {
    return device.properties();
  }

  @Override
  public DeviceMemory memory() {
    return new DeviceMemory(heap.freeBytes(), heap.capacity());
  }

  @Override
  public synchronized DevicePointer allocate(long bytes) {
    if (bytes <= 0) {
      throw new DriverException("allocate " + bytes + " bytes", "the size must be more than 0");
    }
    Allocation allocation = heap.allocate(bytes);
    if (allocation == null) {
      throw new OutOfDeviceMemoryException(
          "allocate " + bytes + " bytes",
          "out of memory: %d of %d bytes are free; free some, or give the emulator more"
              .formatted(heap.freeBytes(), heap.capacity()));
    }
    return new DevicePointer(allocation.base);
  }

  @Override
  public synchronized void free(DevicePointer pointer) {
    streams.forEach(EmulatedStream::drain);
    if (!heap.free(pointer.address())) {
      throw new DriverException(
          "free " + pointer, "no allocation begins there: " + heap.describe(pointer.address()));
    }
  }

  @Override
  public synchronized MemorySegment allocateHost(long bytes) {
    if (bytes <= 0) {
      throw new DriverException("allocateHost " + bytes + " bytes", "the size must be more than 0");
    }
    Arena arena = Arena.ofShared();
    MemorySegment segment = arena.allocate(bytes, 64);
    pinned.put(segment.address(), arena);
    return segment;
  }

  @Override
  public synchronized void freeHost(MemorySegment segment) {
    streams.forEach(EmulatedStream::drain);
    Arena arena = pinned.remove(segment.address());
    if (arena == null) {
      throw new DriverException("freeHost", "the segment was not returned by allocateHost");
    }
    arena.close();
  }

  @Override
  public synchronized Program load(String ptx) {
    EmulatedProgram program = EmulatedProgram.load(this, ptx);
    programs.add(program);
    return program;
  }

  @Override
  public synchronized CommandStream openStream() {
    EmulatedStream stream = new EmulatedStream(this, deferred);
    streams.add(stream);
    return stream;
  }

  @Override
  public Event openEvent() {
    return new EmulatedEvent();
  }

  /**
   * What the last launch that succeeded did.
   *
   * @throws IllegalStateException if there was none
   */
  public synchronized LaunchReport lastLaunch() {
    if (lastLaunch == null) {
      throw new IllegalStateException("EmulatedDriver.lastLaunch: nothing was launched yet");
    }
    return lastLaunch.get();
  }

  synchronized void launched(EmulatedKernel kernel, Launch launch, Tally tally) {
    if (listener == null) {
      lastLaunch = () -> report(kernel, launch, tally, heap.touchedBytes(launch.stamp()));
    } else {
      LaunchReport report = report(kernel, launch, tally, heap.touchedBytes(launch.stamp()));
      lastLaunch = () -> report;
      listener.accept(report);
    }
  }

  private LaunchReport report(EmulatedKernel kernel, Launch launch, Tally tally, long touched) {
    return new LaunchReport(
        kernel.name(),
        launch.shape(),
        kernel.resources(),
        Occupancy.of(device, launch.shape(), kernel.resources()),
        touched,
        InstructionReports.of(kernel.compiled(), tally));
  }

  /** What was allocated and not freed, one description each. */
  public synchronized List<String> liveAllocations() {
    List<String> live = new ArrayList<>();
    heap.allocations().forEach(allocation -> live.add(allocation.toString()));
    return live;
  }

  @Override
  public synchronized void close() {
    List.copyOf(streams).forEach(EmulatedStream::close);
    List.copyOf(programs).forEach(EmulatedProgram::close);
    pinned.values().forEach(Arena::close);
    pinned.clear();
    pool.shutdown();
  }

  synchronized void closed(EmulatedStream stream) {
    streams.remove(stream);
  }

  synchronized void closed(EmulatedProgram program) {
    programs.remove(program);
  }

  DeviceHeap heap() {
    return heap;
  }

  Checks checks() {
    return checks;
  }

  ExecutorService pool() {
    return pool;
  }

  int workers() {
    return workers;
  }

  long instructionLimit() {
    return instructionLimit;
  }
}
