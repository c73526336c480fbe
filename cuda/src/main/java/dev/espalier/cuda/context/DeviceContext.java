package dev.espalier.cuda.context;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DeviceProperties;
import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.kernel.Kernels;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.cuda.library.Libraries;
import dev.espalier.cuda.memory.CapturedStep;
import dev.espalier.cuda.memory.Closing;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.cuda.memory.OrderedStream;
import dev.espalier.cuda.memory.PrivatePool;
import dev.espalier.cuda.memory.Staging;
import dev.espalier.cuda.memory.Uploads;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * A device with all that turning an operation into launches needs.
 *
 * <p>Each thread has a stream of its own; work is issued there and not waited for, except where
 * results come to the host. Tensors pass between threads without any care: whoever uses one next
 * waits, on the device, for the thread that used it last.
 *
 * <pre>{@code
 * context
 *     .launch("elementwise", "relu_f32")
 *     .tensor(x)
 *     .tensor(out)
 *     .int64(n)
 *     .overElements(n);
 * }</pre>
 */
public final class DeviceContext implements AutoCloseable {
  private final Driver driver;
  private final Device device;
  private final DeviceProperties properties;
  private final DeviceAllocator allocator;
  private final Kernels kernels;
  private final Staging staging;
  private final Uploads uploads;
  private final ThreadStreams streams;
  private final Libraries libraries;
  private final ReentrantLock capturing = new ReentrantLock();

  /** A device without the vendor's libraries. */
  public DeviceContext(Driver driver, Device device, DeviceAllocator.Mode mode) {
    this(driver, _ -> Libraries.NONE, device, mode);
  }

  /**
   * Takes a driver and libraries, which it closes in the end.
   *
   * @param libraries made for the device's memory
   * @param device what tensors call it
   */
  public DeviceContext(
      Driver driver,
      Function<DeviceAllocator, Libraries> libraries,
      Device device,
      DeviceAllocator.Mode mode) {
    this.driver = driver;
    this.device = device;
    properties = driver.properties();
    allocator = new DeviceAllocator(driver, device, mode);
    this.libraries = libraries.apply(allocator);
    kernels = new Kernels(driver);
    staging = new Staging(driver);
    uploads = new Uploads(driver, allocator);
    streams = new ThreadStreams(driver);
  }

  /** What tensors here call the device. */
  public Device device() {
    return device;
  }

  /** What the device is and allows. */
  public DeviceProperties properties() {
    return properties;
  }

  /** The device itself. */
  public Driver driver() {
    return driver;
  }

  /** The vendor's libraries, as far as they are there. */
  public Libraries libraries() {
    return libraries;
  }

  // ---- work

  /** This thread's stream. */
  public OrderedStream stream() {
    return streams.mine();
  }

  /**
   * Starts a launch of a shipped kernel on this thread's stream.
   *
   * @param module the name of its {@code .cu} file, without the ending
   * @param entry the name of its {@code __global__} function
   */
  public Launch launch(String module, String entry) {
    return launch(kernels.get(module, entry));
  }

  /** Starts a launch of a kernel that does not ship on this thread's stream. */
  public Launch launch(Kernel kernel) {
    return new Launch(stream(), properties, kernel, this::pointer);
  }

  /** The shipped kernels. */
  public Kernels kernels() {
    return kernels;
  }

  /**
   * The address of a tensor's first element, for the next commands of this thread; null for null,
   * an absent operand.
   */
  public DevicePointer pointer(Tensor tensor) {
    if (tensor == null) {
      return null;
    }
    if (!(tensor.buffer() instanceof DeviceBuffer buffer) || !tensor.device().equals(device)) {
      throw new IllegalArgumentException(
          "kernel: an operand is on %s, not on %s; move it with to(device)"
              .formatted(tensor.device(), device));
    }
    return buffer.use(stream()).plus(tensor.offset() * tensor.dtype().bytes());
  }

  /**
   * Refuses operands of an operation that lie on another device; nulls are absent ones.
   *
   * @throws IllegalArgumentException naming both devices
   */
  public void requireHere(String operation, Tensor... operands) {
    for (Tensor operand : operands) {
      if (operand != null && !operand.device().equals(device)) {
        throw new IllegalArgumentException(
            "%s: an operand of shape %s is on %s, not on %s; move it with to(device)"
                .formatted(operation, operand.shape(), operand.device(), device));
      }
    }
  }

  /**
   * The device's copy of a constant array of numbers, such as a pattern's indices: made once and
   * kept while the array is reachable. The array must never be written again.
   */
  public DevicePointer constant(Object array) {
    return uploads.of(array);
  }

  // ---- memory

  /** Memory for a tensor. */
  public DeviceBuffer allocate(long bytes, DType dtype, Shape shape) {
    return allocate(bytes, "a %s tensor of shape %s".formatted(dtype, shape));
  }

  /**
   * Memory for intermediate results of an operation, to be closed when the last launch that uses it
   * has been issued.
   */
  public DeviceBuffer scratch(long bytes, String operation) {
    return allocate(bytes, "intermediate results of " + operation);
  }

  private DeviceBuffer allocate(long bytes, String what) {
    OrderedStream mine = stream();
    PrivatePool pool = mine.capturePool();
    return pool == null ? allocator.allocate(bytes, what, mine) : pool.allocate(bytes, what, mine);
  }

  /** The address of a scratch block for the next commands of this thread. */
  public DevicePointer pointer(DeviceBuffer block) {
    return block.use(stream());
  }

  /** Copies a contiguous tensor from the host to this device or back. */
  public void transfer(Tensor source, Tensor target) {
    long bytes = source.size() * source.dtype().bytes();
    if (bytes == 0) {
      return;
    }
    if (stream().isCapturing()) {
      throw new IllegalStateException(
          "to: copies between host and device cannot be captured; copy the inputs before the step"
              + " and the results after it");
    }
    boolean up = source.device().equals(Device.CPU);
    MemorySegment host = (up ? source : target).segment();
    if (up) {
      staging.toDevice(host, pointer(target), stream());
    } else {
      staging.toHost(pointer(source), host, stream());
    }
  }

  /** Gives cached memory back to the driver; other programs may need it. */
  public long trim() {
    return allocator.trim();
  }

  /** What the allocator holds; {@code liveStorages} counts the blocks in use on this device. */
  public Memory.Stats memory() {
    return allocator.stats();
  }

  /** What has not been given back, one line for each kind of holder. */
  public List<String> leaks() {
    return allocator.leaks();
  }

  // ---- order

  /** Returns when everything that any thread issued has run, and throws if something failed. */
  public void synchronize() {
    streams.synchronizeAll();
  }

  /**
   * Collects what {@code work} would issue on this thread, to be repeated by {@link #replay}.
   *
   * <p>Nothing of it runs now. {@code work} must not read results: no {@code item()}, no copies to
   * or from the host. One thread captures at a time; others work on, or wait for their turn to
   * capture. Cached memory is given back before, as a step has memory of its own.
   *
   * @throws IllegalStateException if this thread captures already
   */
  public CapturedStep capture(Runnable work) {
    if (capturing.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "capture: this thread captures a step already; end that one first");
    }
    capturing.lock();
    try {
      synchronize();
      trim();
      return CapturedStep.capture(stream(), allocator, uploads, work);
    } finally {
      capturing.unlock();
    }
  }

  /** Issues a captured step on this thread's stream. */
  public void replay(CapturedStep step) {
    step.replay(stream());
  }

  /**
   * Waits for all work and releases everything; tensors still open there must not be used.
   *
   * @throws RuntimeException the first failure, after everything else was released all the same
   */
  @Override
  public void close() {
    Closing.all(
        List.of(
            streams::close,
            staging::close,
            uploads::close,
            kernels::close,
            libraries::close,
            allocator::close,
            driver::close));
  }
}
