package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.SparsePattern;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Forward convolution of stride 1 with a sparse weight, straight from a {@link PaddedStripe} of the
 * input: no patches are laid out, so that where few output channels share a patch their copying
 * does not outweigh the multiplications, at the price of loads that cross cache lines.
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
      Plan known,
      MemorySegment values,
      int[] order,
      Planes input,
      ConvSink sink,
      int[] rowOffsets) {
    this.stripe = known.stripe;
    this.groups = known.plan.groups().getFirst();
    this.values = FilledGroups.of(known.plan, values, groups.entries(), order);
    this.input = input;
    this.sink = sink;
    this.rowOffsets = rowOffsets;
  }

  private record Plan(PaddedStripe stripe, PanelPlan plan) {}

  /** The plans that were made for a pattern, by the geometry for one image. */
  private record Plans(Map<ConvGeometry, Plan> known) {}

  /**
   * Computes a convolution, if it is of the kind that this is for.
   *
   * @param pattern that the columns are kept with
   * @return whether it was
   */
  static boolean run(
      SparsePattern pattern,
      ConvTaps.TapColumns taps,
      MemorySegment values,
      ConvGeometry g,
      Planes input,
      ConvSink sink) {
    BlockColumns columns = taps.columns();
    long entries = columns.columns().length;
    if (columns.blockHeight() > 1 || entries >= (long) MANY_ENTRIES * columns.width()) {
      return false;
    }
    PaddedStripe stripe = PaddedStripe.of(g);
    if (stripe == null) {
      return false;
    }
    ConvGeometry one = oneImage(g);
    Plans plans = pattern.derived().get(Plans.class, () -> new Plans(new ConcurrentHashMap<>()));
    Plan known = plans.known.computeIfAbsent(one, _ -> plan(columns, stripe));
    new StripeConvolution(known, values, taps.order(), input, sink, columns.rowOffsets())
        .run(g.batch());
    return true;
  }

  private static ConvGeometry oneImage(ConvGeometry g) {
    return ConvGeometry.of(
        g.spec(),
        1,
        g.inChannels(),
        g.height(),
        g.width(),
        g.outChannels(),
        g.kernelH(),
        g.kernelW());
  }

  /** Rows in order, each with its entries in order. */
  private static Plan plan(BlockColumns columns, PaddedStripe stripe) {
    int[] rows = new int[columns.blockRows()];
    int[] starts = new int[rows.length + 1];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = row;
      starts[row + 1] = columns.rowOffsets()[row + 1] * columns.blockWidth();
    }
    int[] places = new int[columns.columns().length];
    for (int e = 0; e < places.length; e++) {
      places[e] = stripe.place(columns.columns()[e]);
    }
    var groups = new RowGroups(1, rows, starts, places, null, 1);
    var kept = new FilledGroups.Kept();
    return new Plan(
        stripe, new PanelPlan(columns.width(), 1, EntryLoop.MOST_VECTORS, List.of(groups), kept));
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
    int width = stripe.geometry().outWidth();
    int column = (image * stripe.geometry().outHeight() + stripe.firstLine(number)) * width;
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
