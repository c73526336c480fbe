package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.SparsePattern;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Weight gradient of a convolution of stride 1 at a sparse pattern, straight from a {@link
 * PaddedStripe} of the input: the output's gradient is copied once to the same pitch, with zeros
 * between its lines, instead of the patches once per tap.
 *
 * <p>The batch is cut into a number of parts that depends on its size alone; each sums its stripes
 * in order, and the parts are added in order.
 */
final class StripeGradient {
  /** Entries per column from which on laid-out patches are read often enough to pay. */
  private static final int MANY_ENTRIES = 4;

  private static final int MOST_PARTS = 64;

  /** Multiply-adds that outweigh a part's own sums. */
  private static final long PART_WORK = 256 * 1024;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final PaddedStripe stripe;
  private final RowGroups groups;
  private final Planes input;
  private final Planes gradient;
  private final int stripes;
  private final int parts;
  private final long partBytes;
  private final MemorySegment sums;

  private StripeGradient(StripePlan plan, Planes input, Planes gradient, GrowingBuffer buffer) {
    this.stripe = plan.stripe();
    this.groups = plan.groups();
    this.input = input;
    this.gradient = gradient;
    this.stripes = Math.multiplyExact(input.images(), stripe.count());
    long work = (long) groups.entries() * stripes * stripe.vectors(0) * Lanes.COUNT;
    this.parts = Math.clamp(work / PART_WORK, 1, Math.min(MOST_PARTS, stripes));
    this.partBytes = groups.entries() * (long) Float.BYTES;
    this.sums = buffer.floats((long) parts * groups.entries());
  }

  /**
   * Computes a weight gradient, if it is of the kind that this is for and finite: where it is not,
   * what it would be without the zeros between the lines is for another to find out.
   *
   * @param pattern that the columns are kept with
   * @return whether it did
   */
  static boolean run(
      SparsePattern pattern,
      ConvTaps.TapColumns taps,
      ConvGeometry g,
      Patches patches,
      Planes gradient,
      MemorySegment out) {
    StripePlan plan = StripePlan.of(pattern, taps.columns(), g, false, patches);
    if (plan == null
        || plan.entriesPerColumn() >= MANY_ENTRIES
        || plan.groups().entries() > Panels.PARTIAL_COUNT - LaneSums.COUNT) {
      return false;
    }
    try (Scratch scratch = Scratch.acquire()) {
      var product = new StripeGradient(plan, patches.input(), gradient, scratch.work);
      Workers.run(product.parts, product::part);
      return product.addParts(taps.order(), out);
    }
  }

  private void part(int part) {
    int from = (int) ((long) stripes * part / parts);
    int to = (int) ((long) stripes * (part + 1) / parts);
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      for (int at = from; at < to; at++) {
        add(at / stripe.count(), at % stripe.count(), at == from, slot, scratch);
      }
      int at = Panels.header(slot) + Panels.PARTIALS;
      for (int i = 0; i < groups.entries(); i += LaneSums.COUNT) {
        // in place: what is written lies before what is still to be read
        LaneSums.of(at + i * (int) Lanes.BYTES, at + i * Float.BYTES);
      }
      MemorySegment.copy(Panels.MEMORY, at, sums, part * partBytes, partBytes);
    } finally {
      Panels.release(slot);
    }
  }

  private void add(int image, int number, boolean first, int slot, Scratch scratch) {
    int vectors = stripe.vectors(number);
    long pitch = vectors * Lanes.BYTES;
    stripe.fill(input, image, number, slot);
    MemorySegment left = left(image, number, pitch, scratch.work);
    int rows = groups.rows().length;
    int passes = Math.ceilDiv(vectors, DotLoop.MOST_VECTORS);
    for (int pass = 0; pass < passes; pass++) {
      int begin = vectors * pass / passes;
      int count = vectors * (pass + 1) / passes - begin;
      int shift = begin * (int) Lanes.BYTES;
      boolean start = first && pass == 0;
      DotLoop.of(count)
          .run(
              groups.starts(),
              groups.rows(),
              0,
              0,
              rows,
              groups.places(),
              0,
              start,
              slot,
              shift,
              left,
              shift,
              pitch);
    }
  }

  /** The stripe's lines of the output's gradient, with zeros between them. */
  private MemorySegment left(int image, int number, long pitch, GrowingBuffer buffer) {
    int rows = groups.rows().length;
    int width = stripe.gridWidth();
    long lineBytes = width * (long) Float.BYTES;
    long first = stripe.firstLine(number) * lineBytes;
    MemorySegment left = buffer.floats(rows * pitch / Float.BYTES);
    VectorFill.floats(left, 0, rows * pitch / Float.BYTES, 0);
    for (int row = 0; row < rows; row++) {
      Packing.copyRows(
          gradient.data(),
          gradient.byteOffset(image, row) + first,
          lineBytes,
          left,
          row * pitch,
          stripe.pitch() * (long) Float.BYTES,
          stripe.lines(number),
          width);
    }
    return left;
  }

  private boolean addParts(int[] order, MemorySegment out) {
    boolean finite = true;
    for (int i = 0; i < groups.entries(); i++) {
      float sum = 0;
      for (int part = 0; part < parts; part++) {
        sum += sums.get(FLOAT, part * partBytes + i * (long) Float.BYTES);
      }
      finite &= Float.isFinite(sum);
      out.setAtIndex(FLOAT, order == null ? i : order[i], sum);
    }
    return finite;
  }
}
