package dev.espalier.tensor;

import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An n-dimensional array: a reference-counted block of memory seen through a shape, strides and an
 * offset.
 *
 * <p>Views ({@link #transpose}, {@link #permute}, {@link #narrow}, {@link #expand}, and {@link
 * #reshape} of contiguous tensors) share the block; {@link #copy} and {@link #contiguous} (when
 * needed) make a new one. A tensor made inside a {@link Scope} is closed at the scope's end;
 * otherwise close it, or let the garbage collector do so. Using a closed tensor throws {@link
 * IllegalStateException}. Arithmetic is in {@code dev.espalier.tensor.ops}.
 *
 * <p>PyTorch: {@code torch.Tensor} without gradients.
 */
public final class Tensor implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  /** The part that outlives the tensor, for the cleaner. */
  private static final class Handle implements Runnable {
    final Storage storage;
    final AtomicBoolean closed = new AtomicBoolean();

    Handle(Storage storage) {
      this.storage = storage;
    }

    @Override
    public void run() {
      if (closed.compareAndSet(false, true)) {
        storage.release();
      }
    }
  }

  private final Handle handle;
  private final DType dtype;
  private final Layout layout;
  private MemorySegment elements;
  private Scope scope;
  private Cleaner.Cleanable cleanable;

  private Tensor(Storage storage, DType dtype, Layout layout) {
    this.handle = new Handle(storage);
    this.dtype = dtype;
    this.layout = layout;
    moveTo(Scope.current());
  }

  // ---- creation

  /** A new tensor on the CPU whose contents are undefined. PyTorch: {@code torch.empty}. */
  public static Tensor empty(DType dtype, Shape shape) {
    return empty(dtype, shape, Device.CPU);
  }

  /** A new tensor on a device, contents undefined. */
  public static Tensor empty(DType dtype, Shape shape, Device device) {
    long bytes = Math.multiplyExact(shape.size(), dtype.bytes());
    var buffer =
        device.equals(Device.CPU)
            ? HostAllocator.INSTANCE.allocate(bytes, dtype, shape)
            : Backends.of(device).allocate(bytes, dtype, shape);
    var storage = new Storage(buffer, device, Scope.currentName(), dtype, shape);
    return new Tensor(storage, dtype, Layout.rowMajor(shape));
  }

  /** A new tensor of zeros. */
  public static Tensor zeros(DType dtype, Shape shape) {
    Tensor tensor = empty(dtype, shape);
    tensor.segment().fill((byte) 0);
    return tensor;
  }

  /** A new tensor with every element {@code value}. */
  public static Tensor full(DType dtype, Shape shape, double value) {
    return empty(dtype, shape).fill(value);
  }

  /**
   * A new contiguous tensor of another's type and shape, on its device, with every element {@code
   * value}. PyTorch: {@code torch.full_like}.
   */
  public static Tensor fullLike(Tensor like, double value) {
    return empty(like.dtype(), like.shape(), like.device()).fill(value);
  }

  /** {@link #fullLike} of zeros. PyTorch: {@code torch.zeros_like}. */
  public static Tensor zerosLike(Tensor like) {
    return fullLike(like, 0);
  }

  /** A float32 tensor with the given shape and row-major values (copied). */
  public static Tensor of(Shape shape, float... values) {
    checkCount(shape, values.length);
    Tensor tensor = empty(DType.FLOAT32, shape);
    MemorySegment.copy(values, 0, tensor.segment(), Elements.FLOAT, 0, values.length);
    return tensor;
  }

  /** A float64 tensor with the given shape and row-major values (copied). */
  public static Tensor of(Shape shape, double... values) {
    checkCount(shape, values.length);
    Tensor tensor = empty(DType.FLOAT64, shape);
    MemorySegment.copy(values, 0, tensor.segment(), Elements.DOUBLE, 0, values.length);
    return tensor;
  }

  /** An int32 tensor with the given shape and row-major values (copied). */
  public static Tensor of(Shape shape, int... values) {
    checkCount(shape, values.length);
    Tensor tensor = empty(DType.INT32, shape);
    MemorySegment.copy(values, 0, tensor.segment(), Elements.INT, 0, values.length);
    return tensor;
  }

  /** An int64 tensor with the given shape and row-major values (copied). */
  public static Tensor of(Shape shape, long... values) {
    checkCount(shape, values.length);
    Tensor tensor = empty(DType.INT64, shape);
    MemorySegment.copy(values, 0, tensor.segment(), Elements.LONG, 0, values.length);
    return tensor;
  }

  /** A scalar of the given type. */
  public static Tensor scalar(DType dtype, double value) {
    return full(dtype, Shape.SCALAR, value);
  }

  /**
   * A CPU tensor over memory that the caller owns (a mapped file, say); nothing is copied.
   *
   * @param segment 64-byte alignment is not needed; at least {@code shape.size() * dtype.bytes()}
   *     long
   */
  public static Tensor wrap(DType dtype, Shape shape, MemorySegment segment) {
    long bytes = Math.multiplyExact(shape.size(), dtype.bytes());
    if (segment.byteSize() < bytes) {
      throw new IllegalArgumentException(
          "wrap: a %s tensor of shape %s needs %d bytes but the segment has %d"
              .formatted(dtype, shape, bytes, segment.byteSize()));
    }
    if (bytes > 0 && segment.maxByteAlignment() < dtype.bytes()) {
      throw new IllegalArgumentException(
          "wrap: %s elements need %d-byte alignment but the segment has %d; copy it to an aligned one"
              .formatted(dtype, dtype.bytes(), segment.maxByteAlignment()));
    }
    var storage =
        new Storage(new WrappedBuffer(segment), Device.CPU, Scope.currentName(), dtype, shape);
    return new Tensor(storage, dtype, Layout.rowMajor(shape));
  }

  // ---- what it is

  public DType dtype() {
    return dtype;
  }

  public Shape shape() {
    return layout.shape();
  }

  /** Number of elements. */
  public long size() {
    return layout.shape().size();
  }

  /** Extent of one axis; negative axes count from the end. */
  public int dim(int axis) {
    return layout.shape().dim(axis);
  }

  public int rank() {
    return layout.shape().rank();
  }

  public Device device() {
    return handle.storage.device();
  }

  /** Distance in elements between neighbours along an axis; 0 along an expanded axis. */
  public long stride(int axis) {
    return layout.stride(axis);
  }

  /** A copy of the strides in elements. */
  public long[] strides() {
    return layout.strides().clone();
  }

  /** Position of the first element in the storage, in elements. */
  public long offset() {
    return layout.offset();
  }

  /** Whether the elements lie row-major without gaps. */
  public boolean isContiguous() {
    return layout.contiguous();
  }

  public boolean isClosed() {
    return handle.closed.get();
  }

  /** Counts in-place writes to the storage that this tensor shares. */
  public int version() {
    return handle.storage.version();
  }

  /** Whether both tensors share one block of memory. */
  public boolean sharesStorageWith(Tensor other) {
    return handle.storage == other.handle.storage;
  }

  /** Whether another tensor, or a running kernel, holds the same memory. */
  public boolean isShared() {
    return handle.storage.references() > 1;
  }

  /** Whether the two lie in one block of memory and the ranges from first to last element meet. */
  public boolean overlaps(Tensor other) {
    long mine = layout.span();
    long theirs = other.layout.span();
    return sharesStorageWith(other)
        && mine > 0
        && theirs > 0
        && offset() * dtype.bytes() < (other.offset() + theirs) * other.dtype.bytes()
        && other.offset() * other.dtype.bytes() < (offset() + mine) * dtype.bytes();
  }

  // ---- views

  /** A second handle on the same elements, closed on its own. */
  public Tensor alias() {
    return view(layout);
  }

  /**
   * The same elements in another shape: a view if contiguous, otherwise a copy; one extent may be
   * -1.
   */
  public Tensor reshape(int... dims) {
    Shape target = layout.inferred(dims);
    if (isContiguous()) {
      return view(layout.reshape(target));
    }
    try (Tensor dense = copy()) {
      return dense.view(dense.layout.reshape(target));
    }
  }

  /** {@link #reshape(int...)} to a shape. */
  public Tensor reshape(Shape target) {
    return reshape(target.toArray());
  }

  /** A view with two axes exchanged. */
  public Tensor transpose(int axis0, int axis1) {
    return view(layout.transpose(axis0, axis1));
  }

  /** A view with the last two axes exchanged; a vector or scalar is returned as an alias. */
  public Tensor transpose() {
    return rank() < 2 ? alias() : transpose(-2, -1);
  }

  /** A view with the axes in the given order. */
  public Tensor permute(int... order) {
    return view(layout.permute(order));
  }

  /** A view of {@code length} positions from {@code start} along an axis. */
  public Tensor narrow(int axis, int start, int length) {
    return view(layout.narrow(axis, start, length));
  }

  /** A view of one position along an axis; the axis disappears. */
  public Tensor select(int axis, int index) {
    return view(layout.select(axis, index));
  }

  /**
   * A view broadcast to a larger shape: extents of 1 are repeated with stride 0, new axes are added
   * in front.
   */
  public Tensor expand(Shape target) {
    return view(layout.expand(target));
  }

  /**
   * A view of the same storage with any shape and strides, which may overlap; it starts at this
   * tensor's first element. PyTorch: {@code torch.as_strided}.
   *
   * @param steps distance in elements between neighbours along each axis, {@code >= 0}
   * @throws IllegalArgumentException if the view would reach past this tensor's last element
   */
  public Tensor asStrided(Shape target, long... steps) {
    return view(layout.asStrided(target, steps));
  }

  private Tensor view(Layout seen) {
    checkOpen("view");
    if (!handle.storage.tryRetain()) {
      throw closed("view");
    }
    return new Tensor(handle.storage, dtype, seen);
  }

  // ---- copies

  /** A new contiguous tensor with the same elements. PyTorch: {@code clone}. */
  public Tensor copy() {
    return empty(dtype, shape(), device()).copyFrom(this);
  }

  /** This tensor's alias if contiguous, otherwise a contiguous copy. */
  public Tensor contiguous() {
    return isContiguous() ? alias() : copy();
  }

  /**
   * A tensor of another type with the same values (rounded as {@link Elements} says); an alias if
   * the type is the same.
   */
  public Tensor to(DType type) {
    return type == dtype ? alias() : empty(type, shape(), device()).copyFrom(this);
  }

  /**
   * The same elements on another device; an alias if it is already there. Between two devices that
   * are not the host they go through the host's memory.
   */
  public Tensor to(Device target) {
    if (target.equals(device())) {
      return alias();
    }
    if (!target.equals(Device.CPU) && !device().equals(Device.CPU)) {
      try (Tensor host = to(Device.CPU)) {
        return host.to(target);
      }
    }
    try (Tensor dense = contiguous()) {
      Tensor result = empty(dtype, shape(), target);
      Backend backend = Backends.of(device().equals(Device.CPU) ? target : device());
      try (var _ = Use.storages("to", dense, result)) {
        backend.transfer(dense, result);
      }
      return result;
    }
  }

  /** Overwrites this tensor with the elements of one of the same shape, converting the type. */
  public Tensor copyFrom(Tensor source) {
    if (!source.shape().equals(shape())) {
      throw new IllegalArgumentException(
          "copyFrom: source %s, target %s".formatted(source.shape(), shape()));
    }
    for (int axis = 0; axis < rank(); axis++) {
      if (stride(axis) == 0 && dim(axis) > 1) {
        throw new IllegalArgumentException(
            "copyFrom: the target %s is expanded along axis %d, where all positions are one element; write to its copy"
                .formatted(shape(), axis));
      }
    }
    if (overlaps(source)) {
      try (Tensor separate = source.copy()) {
        return copyFrom(separate);
      }
    }
    try (var use = Use.of("copyFrom", source, this)) {
      use.backend().copy(source, this);
    }
    handle.storage.touched();
    return this;
  }

  /** Sets every element. */
  public Tensor fill(double value) {
    try (var use = Use.of("fill", this)) {
      use.backend().fill(this, value);
    }
    handle.storage.touched();
    return this;
  }

  // ---- host access

  /**
   * The host memory from the first element to the last one, in native byte order; strided tensors
   * have gaps in it.
   *
   * @throws UnsupportedOperationException if the tensor is not on the CPU
   */
  public MemorySegment segment() {
    checkOpen("segment");
    MemorySegment known = elements;
    if (known == null) {
      long span = layout.span();
      long start = span == 0 ? 0 : offset(); // an empty view may begin past the end
      long bytes = dtype.bytes();
      known = handle.storage.buffer().segment().asSlice(start * bytes, span * bytes);
      elements = known;
    }
    return known;
  }

  /**
   * The device memory of the whole storage; {@link #offset} elements in lies this tensor's first
   * element.
   */
  public dev.espalier.tensor.spi.Buffer buffer() {
    checkOpen("buffer");
    return handle.storage.buffer();
  }

  /** One element as a double. */
  public double get(int... index) {
    return Elements.get(dtype, segment(), layout.position(index));
  }

  /** Sets one element. */
  public void set(double value, int... index) {
    Elements.set(dtype, segment(), layout.position(index), value);
    handle.storage.touched();
  }

  /** The only element of a one-element tensor; waits for the device that makes it. */
  public double item() {
    if (size() != 1) {
      throw new IllegalStateException(
          "item: needs exactly one element but the shape is " + shape());
    }
    if (device().equals(Device.CPU)) {
      return Elements.get(dtype, segment(), 0);
    }
    try (Tensor host = to(Device.CPU)) {
      return Elements.get(dtype, host.segment(), 0);
    }
  }

  /** The elements in row-major order, converted to float. */
  public float[] toFloatArray() {
    float[] values = new float[Math.toIntExact(size())];
    try (var _ = Scope.open("toArray")) {
      MemorySegment.copy(onHost(DType.FLOAT32), Elements.FLOAT, 0, values, 0, values.length);
    }
    return values;
  }

  /** The elements in row-major order, converted to double. */
  public double[] toDoubleArray() {
    double[] values = new double[Math.toIntExact(size())];
    try (var _ = Scope.open("toArray")) {
      MemorySegment.copy(onHost(DType.FLOAT64), Elements.DOUBLE, 0, values, 0, values.length);
    }
    return values;
  }

  /** The elements in row-major order, converted to long. */
  public long[] toLongArray() {
    long[] values = new long[Math.toIntExact(size())];
    try (var _ = Scope.open("toArray")) {
      MemorySegment.copy(onHost(DType.INT64), ValueLayout.JAVA_LONG, 0, values, 0, values.length);
    }
    return values;
  }

  private MemorySegment onHost(DType type) {
    return to(Device.CPU).to(type).contiguous().segment();
  }

  // ---- lifetime

  /**
   * Gives up this handle; the memory is freed when the last handle and the last running kernel are
   * done.
   */
  @Override
  public void close() {
    if (cleanable != null) {
      cleanable.clean();
    } else {
      handle.run();
    }
  }

  Scope scope() {
    return scope;
  }

  /** Hands the tensor to a scope, or with null to the garbage collector's care. */
  void moveTo(Scope target) {
    scope = target;
    if (target != null) {
      target.add(this);
    } else if (cleanable == null) {
      cleanable = CLEANER.register(this, handle);
    }
  }

  Storage storage() {
    return handle.storage;
  }

  /** Marks the contents as changed in place, for the check on saved tensors. */
  public void touched() {
    handle.storage.touched();
  }

  void checkOpen(String operation) {
    if (handle.closed.get()) {
      throw closed(operation);
    }
  }

  private IllegalStateException closed(String operation) {
    return new IllegalStateException(
        "%s: the %s tensor of shape %s is closed; keep it with Scope.keep, or close it later"
            .formatted(operation, dtype, shape()));
  }

  private static void checkCount(Shape shape, int values) {
    if (shape.size() != values) {
      throw new IllegalArgumentException(
          "tensor: shape %s has %d elements but %d values were given"
              .formatted(shape, shape.size(), values));
    }
  }

  @Override
  public String toString() {
    String state =
        isClosed()
            ? ", closed"
            : size() <= 16 && device().equals(Device.CPU)
                ? ", " + Arrays.toString(toDoubleArray())
                : "";
    return "Tensor(%s, %s, %s%s)".formatted(dtype, shape(), device(), state);
  }
}
