package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import java.util.List;

/**
 * Where the activations of a compiled model lie while it runs: one block of memory, in which those
 * that are never needed together share their place.
 *
 * <p>The input and the output are the caller's and do not count; nor does what kernels need while
 * they run, which comes from the allocator's cache and returns there.
 *
 * @param rows of the batch
 * @param peakBytes size of the block
 * @param unsharedBytes what the activations would take side by side
 * @param buffers in the order in which they are first written
 */
public record MemoryPlan(int rows, long peakBytes, long unsharedBytes, List<Buffer> buffers) {
  /**
   * A place in the block.
   *
   * @param steps what writes to it, joined by arrows: steps that need no memory of their own follow
   * @param shape of the first
   * @param channelMajor whether the first two axes are exchanged in memory
   * @param first the step that first writes it, counted from 0
   * @param last the step that last reads it
   */
  public record Buffer(
      String steps,
      Shape shape,
      boolean channelMajor,
      long offset,
      long bytes,
      int first,
      int last) {
    Buffer at(long place) {
      return new Buffer(steps, shape, channelMajor, place, bytes, first, last);
    }

    long end() {
      return offset + bytes;
    }

    boolean meets(Buffer other) {
      return first <= other.last && other.first <= last;
    }
  }

  public MemoryPlan {
    buffers = List.copyOf(buffers);
  }

  /** A line for each buffer and one for the sum. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    text.append("%12s %12s  %-9s %-20s %s%n".formatted("offset", "bytes", "steps", "shape", ""));
    for (Buffer buffer : buffers) {
      text.append(
          "%,12d %,12d  %-9s %-20s %s%s%n"
              .formatted(
                  buffer.offset,
                  buffer.bytes,
                  buffer.first + "-" + buffer.last,
                  buffer.shape,
                  buffer.steps,
                  buffer.channelMajor ? " (channel-major)" : ""));
    }
    return text.append(
            "%,d bytes for %d rows, %,d without sharing".formatted(peakBytes, rows, unsharedBytes))
        .toString();
  }
}
