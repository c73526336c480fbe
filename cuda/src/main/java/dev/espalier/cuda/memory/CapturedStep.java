package dev.espalier.cuda.memory;

import dev.espalier.cuda.driver.LaunchSequence;
import java.util.List;
import java.util.Map;

/**
 * A sequence of kernels and copies that one call repeats, such as a training step.
 *
 * <p>A replay does exactly what was captured: it reads and writes the same memory with the same
 * numbers. New inputs are written into the tensors that the captured code read; a learning rate, a
 * step count or a random position that was given as a number stays what it was. Memory that was
 * allocated inside the capture belongs to the step and is written again by each replay.
 */
public final class CapturedStep implements AutoCloseable {
  private final LaunchSequence sequence;
  private final DeviceAllocator allocator;
  private final BlockPool pool;
  private final Map<DeviceBuffer, Long> blocks;

  /** What the captured commands read and nobody else need keep. */
  @SuppressWarnings("unused")
  private final List<Object> arrays;

  private boolean closed;

  private CapturedStep(
      LaunchSequence sequence,
      DeviceAllocator allocator,
      BlockPool pool,
      Map<DeviceBuffer, Long> blocks,
      List<Object> arrays) {
    this.sequence = sequence;
    this.allocator = allocator;
    this.pool = pool;
    this.blocks = blocks;
    this.arrays = arrays;
  }

  /**
   * Runs {@code work}, whose commands are collected instead of run.
   *
   * @param stream the calling thread's; no other stream of the device is captured meanwhile
   */
  public static CapturedStep capture(
      OrderedStream stream, DeviceAllocator allocator, Uploads uploads, Runnable work) {
    var pool = new PrivatePool(allocator);
    Map<DeviceBuffer, Long> blocks = Map.of();
    List<Object> arrays;
    LaunchSequence sequence = null;
    boolean done = false;
    allocator.beginCapture();
    uploads.beginCapture();
    try {
      stream.beginCapture(pool);
      try {
        work.run();
        done = true;
      } finally {
        blocks = stream.touched();
        sequence = stream.endCapture();
      }
    } finally {
      arrays = uploads.endCapture();
      allocator.endCapture();
      if (!done || sequence == null) {
        if (sequence != null) {
          sequence.close();
        }
        allocator.closePool(pool.blocks());
      }
    }
    return new CapturedStep(sequence, allocator, pool.blocks(), blocks, arrays);
  }

  /** How many commands one replay issues. */
  public int size() {
    return sequence.size();
  }

  /**
   * Issues the captured commands to a stream, which the calling thread owns.
   *
   * @throws IllegalStateException if memory that the step uses was given back
   */
  public synchronized void replay(OrderedStream stream) {
    if (closed) {
      throw new IllegalStateException("replay: the captured step is closed");
    }
    allocator.inTurn(() -> issue(stream));
  }

  private void issue(OrderedStream stream) {
    blocks.forEach(
        (block, generation) -> {
          if (block.pool() != pool && block.generation() != generation) {
            throw new IllegalStateException(
                "replay: a tensor that the captured step uses was closed since; keep every input,"
                    + " parameter and state of the step open, or capture it again");
          }
          block.use(stream);
        });
    stream.replay(sequence);
  }

  /** Gives the step's memory back to the cache. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      sequence.close();
      allocator.closePool(pool);
    }
  }
}
