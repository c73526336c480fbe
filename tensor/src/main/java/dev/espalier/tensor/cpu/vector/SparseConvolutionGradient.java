package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.SparsePattern;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The gradient of a sparse convolution with respect to its weight's values, in float32: at each
 * stored position the inner product of an output channel's gradient with a row of the patches.
 *
 * <p>The pixels of the batch are cut into parts, as many as the geometry says whatever the number
 * of threads, and a part into stretches for which patches and gradients are packed once and serve
 * all positions.
 */
final class SparseConvolutionGradient {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** What a stretch of all patch rows may take of the second-level cache. */
  private static final int STRETCH_BYTES = 512 * 1024;

  private static final int SHORTEST = 64;
  private static final int LONGEST = 1024;
  private static final int MOST_PARTS = 8;

  private final BlockColumns pattern;
  private final Patches patches;
  private final Planes gradient;
  private final int channels;
  private final int pixels;
  private final int stretch;

  private SparseConvolutionGradient(
      BlockColumns pattern, Patches patches, Planes gradient, ConvGeometry g) {
    this.pattern = pattern;
    this.patches = patches;
    this.gradient = gradient;
    this.channels = g.outChannels();
    this.pixels = Math.multiplyExact(g.batch(), g.outPlane());
    long fitting = STRETCH_BYTES / Float.BYTES / Math.max(1, pattern.width());
    this.stretch = Math.clamp(fitting, SHORTEST, LONGEST) / Lanes.COUNT * Lanes.COUNT;
  }

  static void run(
      SparsePattern pattern, Shape weight, Tensor x, Tensor dy, ConvSpec spec, Tensor dvalues) {
    int count = Math.toIntExact(dvalues.size());
    if (count == 0) {
      return;
    }
    VectorFill.floats(dvalues.segment(), 0, count, 0);
    if (dy.size() == 0) {
      return;
    }
    try (Tensor images = x.contiguous();
        Tensor gradients = dy.contiguous();
        Scratch scratch = Scratch.acquire()) {
      Shape whole = SparseConvolution.whole(weight, spec);
      ConvGeometry g = ConvGeometry.of(images, whole, gradients, spec.withGroups(1));
      Patches patches = Patches.forward(g, Planes.input(g, images.segment(), 0, 0), 0);
      Planes gradient = Planes.output(g, gradients.segment(), 0, 0);
      var taps = ConvTaps.of(pattern).forward(weight, spec.groups());
      var kernel = new SparseConvolutionGradient(taps.columns(), patches, gradient, g);
      kernel.addParts(count, taps.order(), scratch, dvalues.segment());
    }
  }

  private void addParts(int count, int[] order, Scratch scratch, MemorySegment out) {
    int parts = Math.clamp(pixels / (4 * stretch), 1, MOST_PARTS);
    MemorySegment sums = scratch.work.floats((long) parts * count);
    Workers.run(
        parts,
        part -> {
          int begin = (int) ((long) pixels * part / parts);
          int end = (int) ((long) pixels * (part + 1) / parts);
          part(begin, end, sums.asSlice((long) part * count * Float.BYTES));
        });
    for (int p = 0; p < count; p++) {
      float sum = 0;
      for (int part = 0; part < parts; part++) {
        sum += sums.getAtIndex(FLOAT, (long) part * count + p);
      }
      out.setAtIndex(FLOAT, order == null ? p : order[p], sum);
    }
  }

  private void part(int begin, int end, MemorySegment sums) {
    var products = new SampledRows(pattern, sums);
    // room for a last stretch that is longer by less than a vector; and no power of two
    long pitch = (stretch + Lanes.COUNT) * (long) Float.BYTES + 64;
    int depth = pattern.width();
    try (Scratch scratch = Scratch.acquire()) {
      long floats = EightDots.SCRATCH + (depth + channels) * pitch / Float.BYTES + Lanes.COUNT;
      MemorySegment work = scratch.work.floats(floats);
      long rights = (long) EightDots.SCRATCH * Float.BYTES;
      long lefts = rights + depth * pitch;
      int width;
      for (int at = begin; at < end; at += width) {
        width = end - at < stretch + Lanes.COUNT ? end - at : stretch;
        scratch.patches.fill(patches, 0, depth, at, width);
        scratch.patches.listPieces(at, width);
        scratch.patches.packPanel(0, depth, work, rights, pitch);
        packGradient(at, width, work, lefts, pitch);
        int padded = Math.max(width, Lanes.COUNT);
        if (width < padded) {
          clear(work, rights, pitch, depth + channels, width);
        }
        products.add(
            0,
            pattern.blockRows(),
            new SampledRows.Rows(work, lefts, pitch),
            new SampledRows.Rows(work, rights, pitch),
            padded,
            work,
            at > begin);
      }
    }
  }

  /** The gradient of every output channel at some pixels. */
  private void packGradient(int pixel, int count, MemorySegment work, long to, long pitch) {
    int plane = gradient.size();
    for (int done = 0; done < count; ) {
      int image = (pixel + done) / plane;
      int within = (pixel + done) % plane;
      int run = Math.min(count - done, plane - within);
      long from = gradient.byteOffset(image, 0) + (long) within * Float.BYTES;
      long at = to + (long) done * Float.BYTES;
      long planeBytes = (long) plane * Float.BYTES;
      Packing.copyRows(gradient.data(), from, planeBytes, work, at, pitch, channels, run);
      done += run;
    }
  }

  /** Zeros behind rows that are shorter than a vector. */
  private static void clear(MemorySegment work, long from, long pitch, int rows, int width) {
    for (int row = 0; row < rows; row++) {
      for (int i = width; i < Lanes.COUNT; i++) {
        work.set(FLOAT, from + row * pitch + (long) i * Float.BYTES, 0);
      }
    }
  }
}
