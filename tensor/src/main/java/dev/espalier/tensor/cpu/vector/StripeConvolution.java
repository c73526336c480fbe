package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.SparsePattern;
import java.lang.foreign.MemorySegment;

/**
 * Convolution of stride 1 with a sparse weight, or its data gradient, straight from a {@link
 * PaddedStripe} of the input: no patches are laid out, so that where few output channels share a
 * patch their copying does not outweigh the multiplications, at the price of loads that cross cache
 * lines.
 *
 * <p>The order of each sum is that of its entries, wherever images are cut. Source of the idea: J.
 * Park et al., Faster CNNs with Direct Sparse Convolutions and Guided Pruning (2017).
 */
final class StripeConvolution {
  /** Entries per column from which on laid-out patches are read often enough to pay. */
  private static final int MANY_ENTRIES = 8;

  /** Multiply-adds worth more than one thread. */
  private static final long TASK_WORK = 256 * 1024;

  private final PaddedStripe stripe;
  private final RowGroups groups;
  private final FilledGroups values;
  private final Planes input;
  private final ConvSink sink;
  private final int[] rowOffsets;

  private StripeConvolution(
      StripePlan known,
      MemorySegment values,
      int[] order,
      Planes input,
      ConvSink sink,
      int[] rowOffsets) {
    this.stripe = known.stripe();
    this.groups = known.groups();
    this.values = FilledGroups.of(known.plan(), values, groups.entries(), order);
    this.input = input;
    this.sink = sink;
    this.rowOffsets = rowOffsets;
  }

  /**
   * Computes a convolution, if it is of the kind that this is for.
   *
   * @param pattern that the columns are kept with
   * @param g its shapes
   * @param backward whether the patches are of the gradient
   * @return whether it was
   */
  static boolean run(
      SparsePattern pattern,
      ConvTaps.TapColumns taps,
      MemorySegment values,
      ConvGeometry g,
      boolean backward,
      Patches patches,
      ConvSink sink) {
    StripePlan plan = StripePlan.of(pattern, taps.columns(), g, backward, patches);
    if (plan == null || plan.entriesPerColumn() >= MANY_ENTRIES) {
      return false;
    }
    int[] rowOffsets = taps.columns().rowOffsets();
    new StripeConvolution(plan, values, taps.order(), patches.input(), sink, rowOffsets)
        .run(g.batch());
    return true;
  }

  private void run(int images) {
    int stripes = Math.multiplyExact(images, stripe.count());
    int chunks = chunks(stripes);
    Workers.run(
        stripes * chunks,
        task -> {
          int at = task / chunks;
          int chunk = task % chunks;
          int begin = RowBlocks.first(rowOffsets, chunk, chunks);
          int end = RowBlocks.first(rowOffsets, chunk + 1, chunks);
          stripe(at / stripe.count(), at % stripe.count(), begin, end);
        });
  }

  /** Into how many chunks rows are cut so that threads have work; no sum depends on it. */
  private int chunks(int stripes) {
    int threads = Workers.threads();
    long work = (long) groups.entries() * stripes * stripe.vectors(0) * Lanes.COUNT;
    return stripes % threads == 0 || stripes >= 4 * threads || work < TASK_WORK
        ? 1
        : Math.ceilDiv(2 * threads, stripes);
  }

  /** Rows {@code [begin, end)} of one stripe. */
  private void stripe(int image, int number, int begin, int end) {
    if (begin == end) {
      return;
    }
    int vectors = stripe.vectors(number);
    long pitch = vectors * Lanes.BYTES;
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      stripe.fill(input, image, number, slot);
      sink.columnBias(0, EntryLoop.MOST_VECTORS * Lanes.COUNT, EntryLoop.MOST_VECTORS, slot);
      MemorySegment tile = scratch.work.floats((long) (end - begin) * vectors * Lanes.COUNT);
      int parts = Math.ceilDiv(vectors, EntryLoop.MOST_VECTORS);
      for (int part = 0; part < parts; part++) {
        int from = vectors * part / parts;
        int count = vectors * (part + 1) / parts - from;
        int shift = from * (int) Lanes.BYTES;
        ResultRows rows =
            scratch.rows.set(
                tile, shift - begin * pitch, pitch, true, sink.isClampedInLoop(), sink.rowBias());
        values.multiply(groups, 0, begin, end, count, slot, shift, rows);
      }
      store(tile, pitch, image, number, begin, end);
    } finally {
      Panels.release(slot);
    }
  }

  private void store(
      MemorySegment tile, long tilePitch, int image, int number, int begin, int end) {
    int width = stripe.gridWidth();
    int column = (image * stripe.gridHeight() + stripe.firstLine(number)) * width;
    long lineBytes = width * (long) Float.BYTES;
    long pitchBytes = stripe.pitch() * (long) Float.BYTES;
    for (int row = begin; row < end; row++) {
      long from = (row - begin) * tilePitch;
      long to = sink.offset(row, column);
      Packing.copyRows(
          tile, from, pitchBytes, sink.segment(), to, lineBytes, stripe.lines(number), width);
    }
  }
}
