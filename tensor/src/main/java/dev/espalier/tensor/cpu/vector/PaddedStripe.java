package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * How some lines of an image lie in a panel for {@link StripeConvolution}: channel by channel, line
 * by line, with the padding between two lines that the end of the one and the start of the other
 * share.
 *
 * <p>So the output pixel (line, column) sees tap (i, j) of input channel c at a place of its own,
 * {@code line pitch + column}, plus a distance that depends on (c, i, j) alone, and neighbouring
 * outputs are neighbours also across the ends of lines. What is computed for the padding between
 * them is left where it is.
 *
 * @param outLines output lines of a stripe; the last one may have less
 * @param count stripes per image
 * @param inLines input lines that a stripe needs
 * @param pitch floats from line to line
 */
record PaddedStripe(ConvGeometry geometry, int outLines, int count, int inLines, int pitch) {
  /** What a stripe may take of the first-level cache. */
  private static final int CACHE_BYTES = 24 * 1024;

  /** Output lines that make up for the input lines that two stripes share. */
  private static final int WORTHWHILE_LINES = 4;

  /** The stripes of a convolution, or null where its stride is not 1 or they would be too thin. */
  static PaddedStripe of(ConvGeometry g) {
    int pitch = g.width() + g.spec().padW();
    if (g.spec().strideH() != 1 || g.spec().strideW() != 1 || g.outWidth() > pitch) {
      return null;
    }
    long halo = (g.kernelH() - 1) * (long) g.spec().dilationH();
    long lineBytes = Math.max(1, (long) g.inChannels() * pitch * Float.BYTES);
    long most = CACHE_BYTES / lineBytes - halo;
    if (most < Math.min(WORTHWHILE_LINES, g.outHeight())) {
      return null;
    }
    int stripes = (int) Math.ceilDiv(g.outHeight(), most);
    int lines = Math.ceilDiv(g.outHeight(), stripes);
    int count = Math.ceilDiv(g.outHeight(), lines);
    return new PaddedStripe(g, lines, count, lines + (int) halo, pitch);
  }

  /** Distance in bytes of what a column of the weight, (channel, tap), is multiplied with. */
  int place(int column) {
    int tap = column % geometry.taps();
    int line =
        column / geometry.taps() * inLines + tap / geometry.kernelW() * geometry.spec().dilationH();
    int x = tap % geometry.kernelW() * geometry.spec().dilationW();
    return (line * pitch + x) * Float.BYTES;
  }

  int firstLine(int stripe) {
    return stripe * outLines;
  }

  int lines(int stripe) {
    return Math.min(outLines, geometry.outHeight() - firstLine(stripe));
  }

  /** Vectors from the first to the last output of a stripe. */
  int vectors(int stripe) {
    return Math.ceilDiv((lines(stripe) - 1) * pitch + geometry.outWidth(), Lanes.COUNT);
  }

  /** Copies what a stripe of an image needs into a slot's panel. */
  void fill(Planes input, int image, int stripe, int slot) {
    int top = firstLine(stripe) - geometry.spec().padH();
    int above = Math.clamp(-top, 0, inLines);
    int end = Math.clamp(geometry.height() - top, above, inLines);
    long lineBytes = pitch * (long) Float.BYTES;
    long sourceBytes = geometry.width() * (long) Float.BYTES;
    long at = Panels.panel(slot);
    zero(at, geometry.spec().padW());
    at += geometry.spec().padW() * (long) Float.BYTES;
    for (int channel = 0; channel < geometry.inChannels(); channel++) {
      zero(at, above * pitch);
      long from = input.byteOffset(image, channel) + (top + above) * sourceBytes;
      copyLines(input.data(), from, at + above * lineBytes, end - above);
      zero(at + end * lineBytes, (inLines - end) * pitch);
      at += inLines * lineBytes;
    }
  }

  /**
   * Copies lines with the zeros behind them. Whole vectors are written in ascending order: what one
   * writes too much, the next one overwrites.
   */
  private void copyLines(MemorySegment data, long source, long target, int count) {
    int width = geometry.width();
    int whole = width / Lanes.COUNT * Lanes.COUNT;
    VectorMask<Float> rest = Lanes.FLOATS.indexInRange(whole, width);
    FloatVector none = FloatVector.zero(Lanes.FLOATS);
    for (int line = 0; line < count; line++) {
      long from = source + line * (long) width * Float.BYTES;
      long to = target + line * (long) pitch * Float.BYTES;
      int x = 0;
      for (; x < whole; x += Lanes.COUNT) {
        long shift = x * (long) Float.BYTES;
        FloatVector.fromMemorySegment(Lanes.FLOATS, data, from + shift, Lanes.ORDER)
            .intoMemorySegment(Panels.MEMORY, to + shift, Lanes.ORDER);
      }
      if (x < width) {
        long shift = x * (long) Float.BYTES;
        FloatVector.fromMemorySegment(Lanes.FLOATS, data, from + shift, Lanes.ORDER, rest)
            .intoMemorySegment(Panels.MEMORY, to + shift, Lanes.ORDER);
        x += Lanes.COUNT;
      }
      for (; x < pitch; x += Lanes.COUNT) {
        none.intoMemorySegment(Panels.MEMORY, to + x * (long) Float.BYTES, Lanes.ORDER);
      }
    }
  }

  /** Writes zeros, with up to a vector of excess behind them. */
  private static void zero(long at, int count) {
    FloatVector none = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      none.intoMemorySegment(Panels.MEMORY, at + i * (long) Float.BYTES, Lanes.ORDER);
    }
  }
}
