package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
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
   * @param sizes the bytes that the kernel's parameters take
   * @throws IllegalArgumentException naming the kernel if the arguments are others
   */
  Pointer write(String kernel, int[] sizes, List<KernelArgument> arguments) {
    int[] given = arguments.stream().mapToInt(KernelArgument::bytes).toArray();
    if (!Arrays.equals(given, sizes)) {
      throw new IllegalArgumentException(
          "launch of %s: takes parameters of %s bytes, but the arguments have %s"
              .formatted(kernel, Arrays.toString(sizes), Arrays.toString(given)));
    }
    long at = align((long) Long.BYTES * sizes.length);
    long end = at;
    for (int size : sizes) {
      end = align(end + size);
    }
    if (end > memory.byteSize()) {
      memory = arena.allocate(2 * end, ALIGNMENT);
    }
    for (int i = 0; i < sizes.length; i++) {
      memory.setAtIndex(Elements.LONG, i, memory.address() + at);
      arguments.get(i).write(memory, at);
      at = align(at + sizes[i]);
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
