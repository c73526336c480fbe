package dev.espalier.cuda.kernel;

import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DeviceProperties;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.LaunchShape;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One launch in the making: the arguments in the kernel's order, then the geometry.
 *
 * <pre>{@code
 * launch.tensor(out).int64(bits).int64(n).overElements(n);
 * }</pre>
 */
public final class Launch {
  /** Threads of a block where a kernel does not care: enough to fill any multiprocessor evenly. */
  public static final int THREADS = 256;

  /** Blocks per multiprocessor of a grid-stride launch: a full load and a few waves for balance. */
  private static final int BLOCKS_PER_MULTIPROCESSOR = 32;

  private final CommandStream stream;
  private final DeviceProperties device;
  private final Kernel kernel;
  private final Function<Tensor, DevicePointer> addresses;
  private final List<KernelArgument> arguments = new ArrayList<>();

  /**
   * A launch that will be issued to that stream.
   *
   * @param addresses where a tensor's first element lies for commands of the stream
   */
  public Launch(
      CommandStream stream,
      DeviceProperties device,
      Kernel kernel,
      Function<Tensor, DevicePointer> addresses) {
    this.stream = stream;
    this.device = device;
    this.kernel = kernel;
    this.addresses = addresses;
  }

  // ---- arguments

  /** The address of a tensor's first element; null, an absent optional operand, becomes 0. */
  public Launch tensor(Tensor value) {
    return pointer(value == null ? null : addresses.apply(value));
  }

  /** An address; null, an absent optional operand, becomes 0. */
  public Launch pointer(DevicePointer value) {
    return add(value == null ? new KernelArgument.Int64(0) : new KernelArgument.Pointer(value));
  }

  /** A 32-bit integer. */
  public Launch int32(int value) {
    return add(new KernelArgument.Int32(value));
  }

  /** A 64-bit integer. */
  public Launch int64(long value) {
    return add(new KernelArgument.Int64(value));
  }

  /** A struct, as C lays it out. */
  public Launch struct(ByteBuffer value) {
    return add(new KernelArgument.Struct(value));
  }

  /** A float. */
  public Launch float32(float value) {
    return add(new KernelArgument.Float32(value));
  }

  /** A double. */
  public Launch float64(double value) {
    return add(new KernelArgument.Float64(value));
  }

  /** A number in a kernel's compute type: double for float64, else float. */
  public Launch number(DType type, double value) {
    return type == DType.FLOAT64 ? float64(value) : float32((float) value);
  }

  private Launch add(KernelArgument argument) {
    arguments.add(argument);
    return this;
  }

  // ---- geometry

  /**
   * Launches for a kernel whose threads stride over elements; with 0 elements nothing is launched.
   */
  public void overElements(long elements) {
    if (elements > 0) {
      long most = (long) device.multiprocessors() * BLOCKS_PER_MULTIPROCESSOR;
      long blocks = Math.min(ceilDiv(elements, THREADS), most);
      run(Extent.of((int) blocks), Extent.of(THREADS));
    }
  }

  /** Launches without dynamic shared memory. */
  public void run(Extent grid, Extent block) {
    run(grid, block, 0);
  }

  /**
   * Launches with dynamic shared memory, asking for more than the device grants unasked where
   * needed.
   */
  public void run(Extent grid, Extent block, int sharedBytes) {
    var shape = new LaunchShape(grid, block, sharedBytes);
    shape.check(kernel, device);
    if (sharedBytes + kernel.resources().staticSharedBytes() > device.maxSharedBytesPerBlock()) {
      kernel.allowSharedBytes(sharedBytes);
    }
    stream.launch(kernel, shape, List.copyOf(arguments));
  }

  // ---- arithmetic of grids

  /** The least number of tiles of that size that cover an extent. */
  public static long ceilDiv(long extent, long tile) {
    return Math.ceilDiv(extent, tile);
  }

  /**
   * A number of blocks as a grid's first dimension takes it.
   *
   * @throws IllegalArgumentException naming the operation if there are more than 2^31 - 1
   */
  public static int gridX(String operation, long blocks) {
    if (blocks > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s: needs %,d blocks, but a grid has at most %,d; use a smaller batch"
              .formatted(operation, blocks, Integer.MAX_VALUE));
    }
    return (int) blocks;
  }
}
