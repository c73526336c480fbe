package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.KernelParameter;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import jcuda.Pointer;

/**
 * The arguments of a launch in native memory: a table of addresses, and behind it the values.
 *
 * <p>The driver copies them before a launch returns, so one buffer serves a stream for all
 * launches.
 */
final class ArgumentBuffer implements AutoCloseable {
  /** What a kernel takes at most, on every device. */
  static final int MOST_BYTES = 4096;

  private static final int ALIGNMENT = 16;

  private final Arena arena = Arena.ofShared();
  private MemorySegment memory = arena.allocate(2 * MOST_BYTES, ALIGNMENT);

  /**
   * Writes the arguments of a launch.
   *
   * @param parameters that the kernel takes
   * @throws IllegalArgumentException naming the kernel if the arguments are others
   */
  Pointer write(String kernel, List<KernelParameter> parameters, List<KernelArgument> arguments) {
    String problem = KernelParameter.mismatch(parameters, arguments);
    if (problem != null) {
      throw new IllegalArgumentException("launch of %s: %s".formatted(kernel, problem));
    }
    long at = align((long) Long.BYTES * arguments.size());
    long end = at;
    for (KernelArgument argument : arguments) {
      end = align(end + argument.bytes());
    }
    if (end > memory.byteSize()) {
      memory = arena.allocate(2 * end, ALIGNMENT);
    }
    for (int i = 0; i < arguments.size(); i++) {
      memory.setAtIndex(Elements.LONG, i, memory.address() + at);
      arguments.get(i).write(memory, at);
      at = align(at + arguments.get(i).bytes());
    }
    return Addresses.of(memory);
  }

  /** The bytes that the table's entry points at. */
  ByteBuffer value(int index, int bytes) {
    long offset = memory.getAtIndex(Elements.LONG, index) - memory.address();
    return memory.asSlice(offset, bytes).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  private static long align(long offset) {
    return (offset + ALIGNMENT - 1) & -ALIGNMENT;
  }

  @Override
  public void close() {
    arena.close();
  }
}
