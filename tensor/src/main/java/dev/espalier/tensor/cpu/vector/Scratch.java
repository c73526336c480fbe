package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * The packing buffers of one running kernel task, reused by the next.
 *
 * <p>There are never more than tasks that ran at one time. The packed operands lie in {@link
 * RowPanels} and {@link Panels}.
 */
final class Scratch implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  /** Weights and biases of the small filters that a task applies. */
  static final int FILTER_FLOATS = 6 * 768;

  private static final ArrayDeque<Scratch> IDLE = new ArrayDeque<>();

  /**
   * Distance of two rows in {@link #rowChunk}: one cache line more than they need, as rows a
   * multiple of 1 KiB apart would compete for the same few sets of the cache.
   */
  static final int CHUNK_PITCH = MicroKernel.DEPTH + 16;

  final float[] filters = new float[FILTER_FLOATS];
  final MemorySegment tile = floats((long) MicroKernel.ROWS * MicroKernel.COLUMNS);
  final MemorySegment partials = floats(12L * Lanes.COUNT);
  final MemorySegment rowChunk = floats(2L * MatrixRows.CHUNK_ROWS * CHUNK_PITCH);

  final MemorySegment group = floats(DirectConvolution.GROUP_SUMS);
  final MemorySegment transposed = floats(DirectConvolution.TRANSPOSED);

  final PatchBuffer patches = new PatchBuffer();
  final TapPlaces places = new TapPlaces();
  final GrowingBuffer work = new GrowingBuffer();
  final ResultRows rows = new ResultRows();
  final LeftRows.Rows leftRows = new LeftRows.Rows();

  int rowChunkBegin;

  private float[] sums = {};

  private Scratch() {}

  private static MemorySegment floats(long count) {
    return Arena.global().allocate(count * Float.BYTES, ALIGNMENT);
  }

  /** At least so many floats with undefined contents. */
  float[] sums(int count) {
    if (sums.length < count) {
      sums = new float[Math.max(count, Math.min(2 * sums.length, DirectConvolution.MOST_SUMS))];
    }
    return sums;
  }

  static Scratch acquire() {
    synchronized (IDLE) {
      Scratch idle = IDLE.pollFirst();
      if (idle != null) {
        return idle;
      }
    }
    return new Scratch();
  }

  @Override
  public void close() {
    synchronized (IDLE) {
      IDLE.addFirst(this);
    }
  }
}
