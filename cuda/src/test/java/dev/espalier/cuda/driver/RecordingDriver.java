package dev.espalier.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A device without kernels: it has memory, does copies at once, and writes down what it is told.
 */
public final class RecordingDriver implements Driver {
  private static final long FIRST_ADDRESS = 1 << 20;

  /** Commands in the order of their calls, such as {@code "s1 await e2"}. */
  public final List<String> log = new ArrayList<>();

  /** Argument lists of the launches, in order. */
  public final List<List<KernelArgument>> arguments = new ArrayList<>();

  /** What {@link Event#isReached} answers. */
  public boolean eventsAreReached = true;

  /** What a command throws for which it is true, as of a device that was lost. */
  public Predicate<String> fails = command -> false;

  private final TreeMap<Long, MemorySegment> blocks = new TreeMap<>();
  private final long capacity;
  private long next = FIRST_ADDRESS;
  private long used;
  private int streams;
  private int events;

  /** A device with that much memory. */
  public RecordingDriver(long capacity) {
    this.capacity = capacity;
  }

  /** How many allocations there are now. */
  public synchronized int blocks() {
    return blocks.size();
  }

  /** The bytes behind an address inside an allocation. */
  public synchronized MemorySegment at(DevicePointer pointer) {
    var block = blocks.floorEntry(pointer.address());
    return block.getValue().asSlice(pointer.address() - block.getKey());
  }

  private synchronized void write(String what) {
    log.add(what);
    if (fails.test(what)) {
      throw new DriverException(what, "the device is lost");
    }
  }

  @Override
  public DeviceProperties properties() {
    return new DeviceProperties(
        "test device", 8, 0, 4, 32, 1024, 2048, 65_536, 49_152, 166_912, 167_936, 1, 1, 1, 1);
  }

  @Override
  public synchronized DeviceMemory memory() {
    return new DeviceMemory(capacity - used, capacity);
  }

  @Override
  public synchronized DevicePointer allocate(long bytes) {
    if (bytes > capacity - used) {
      throw new OutOfDeviceMemoryException("allocate " + bytes, "full");
    }
    used += bytes;
    blocks.put(next, Arena.ofAuto().allocate(bytes));
    var pointer = new DevicePointer(next);
    next += (bytes + 255) / 256 * 256;
    return pointer;
  }

  @Override
  public synchronized void free(DevicePointer pointer) {
    MemorySegment block = blocks.remove(pointer.address());
    if (block == null) {
      throw new DriverException("free " + pointer, "no such block");
    }
    used -= block.byteSize();
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    return Arena.ofAuto().allocate(bytes);
  }

  @Override
  public void freeHost(MemorySegment segment) {
    write("freeHost");
  }

  @Override
  public Program load(String ptx) {
    write("load");
    return new Program() {
      @Override
      public Kernel kernel(String name) {
        if (!ptx.contains(".entry " + name + "(")) {
          throw new DriverException("kernel " + name, "no such entry");
        }
        return new RecordedKernel(name);
      }

      @Override
      public void close() {
        write("unload");
      }
    };
  }

  /** A kernel that takes 1 KiB of static shared memory and notes what it is allowed. */
  private final class RecordedKernel implements Kernel {
    private final String name;

    RecordedKernel(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public KernelResources resources() {
      return new KernelResources(32, 1024, 0, 512);
    }

    @Override
    public void allowSharedBytes(int bytes) {
      write("allow %s %d".formatted(name, bytes));
    }
  }

  @Override
  public synchronized CommandStream openStream() {
    return new Stream("s" + ++streams);
  }

  @Override
  public synchronized Event openEvent() {
    return new Mark("e" + ++events);
  }

  @Override
  public void close() {
    write("close");
  }

  private final class Mark implements Event {
    private final String name;

    Mark(String name) {
      this.name = name;
    }

    @Override
    public boolean isReached() {
      return eventsAreReached;
    }

    @Override
    public void synchronize() {
      write(name + " synchronize");
    }

    @Override
    public float millisSince(Event start) {
      return 0;
    }

    @Override
    public void close() {
      write(name + " close");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final class Stream implements CommandStream {
    private final String name;
    private int captured = -1;

    Stream(String name) {
      this.name = name;
    }

    private void issue(String what) {
      write(name + " " + what);
      if (captured >= 0) {
        captured++;
      }
    }

    @Override
    public void copyToDevice(MemorySegment source, DevicePointer target) {
      issue("up " + source.byteSize());
      MemorySegment.copy(source, 0, at(target), 0, source.byteSize());
    }

    @Override
    public void copyToHost(DevicePointer source, MemorySegment target) {
      issue("down " + target.byteSize());
      MemorySegment.copy(at(source), 0, target, 0, target.byteSize());
    }

    @Override
    public void copyOnDevice(DevicePointer source, DevicePointer target, long bytes) {
      issue("copy " + bytes);
      MemorySegment.copy(at(source), 0, at(target), 0, bytes);
    }

    @Override
    public void fill(DevicePointer target, byte value, long bytes) {
      issue("fill " + bytes);
      at(target).asSlice(0, bytes).fill(value);
    }

    @Override
    public void launch(Kernel kernel, LaunchShape shape, List<KernelArgument> given) {
      issue(
          "launch %s %d x %d"
              .formatted(kernel.name(), shape.grid().count(), shape.block().count()));
      arguments.add(given);
    }

    @Override
    public void record(Event event) {
      write(name + " record " + event);
    }

    @Override
    public void await(Event event) {
      write(name + " await " + event);
    }

    @Override
    public void synchronize() {
      if (captured >= 0) {
        throw new DriverException("synchronize", "capturing");
      }
      write(name + " synchronize");
    }

    @Override
    public void beginCapture() {
      write(name + " beginCapture");
      captured = 0;
    }

    @Override
    public LaunchSequence endCapture() {
      int size = captured;
      captured = -1;
      write(name + " endCapture");
      return new LaunchSequence() {
        @Override
        public int size() {
          return size;
        }

        @Override
        public void close() {
          write("sequence close");
        }
      };
    }

    @Override
    public void replay(LaunchSequence sequence) {
      write(name + " replay " + sequence.size());
    }

    @Override
    public void close() {
      write(name + " close");
    }
  }
}
