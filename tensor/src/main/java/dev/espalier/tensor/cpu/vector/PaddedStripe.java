package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * How some lines of an image lie in a panel for {@link StripeConvolution}: channel by channel, line
 * by line, with the padding between two lines that the end of the one and the start of the other
 * share.
 *
 * <p>So the grid's pixel (line, column) sees tap t of channel c at a place of its own, {@code line
 * pitch + column}, plus a distance that depends on (c, t) alone, and neighbouring pixels are
 * neighbours also across the ends of lines. What is computed for the padding between them is left
 * where it is.
 *
 * @param taps distance in floats of each tap's line and column from the first
 * @param gridLines lines of the grid that a stripe has; the last one may have less
 * @param count stripes per image
 * @param inLines lines of the image that a stripe needs
 * @param top line of the image, relative to the stripe's first, where its first line lies
 * @param left zeros before the first line
 * @param pitch floats from line to line
 */
record PaddedStripe(
    int[] taps,
    int channels,
    int gridHeight,
    int gridWidth,
    int gridLines,
    int count,
    int inLines,
    int top,
    int left,
    int pitch) {
  /** What a stripe may take of the first-level cache. */
  private static final int CACHE_BYTES = 24 * 1024;

  /** Lines of the grid that make up for the lines that two stripes share. */
  private static final int WORTHWHILE_LINES = 4;

  /** The stripes of some channels, or null where they would be too thin. */
  static PaddedStripe of(Patches patches, int channels) {
    if (patches.taps() == 0) {
      return null;
    }
    int top = Arrays.stream(patches.tapRows()).min().orElseThrow();
    int halo = Arrays.stream(patches.tapRows()).max().orElseThrow() - top;
    int left = -Arrays.stream(patches.tapColumns()).min().orElseThrow();
    int right = Arrays.stream(patches.tapColumns()).max().orElseThrow();
    int width = patches.input().width();
    int pitch = width + Math.max(left, patches.gridWidth() + right - width);
    if (left < 0 || patches.gridWidth() > pitch) {
      return null;
    }
    long lineBytes = Math.max(1, (long) channels * pitch * Float.BYTES);
    long most = CACHE_BYTES / lineBytes - halo;
    if (most < Math.min(WORTHWHILE_LINES, patches.gridHeight())) {
      return null;
    }
    int stripes = (int) Math.ceilDiv(patches.gridHeight(), most);
    int lines = Math.ceilDiv(patches.gridHeight(), stripes);
    int count = Math.ceilDiv(patches.gridHeight(), lines);
    int[] taps = new int[patches.taps()];
    for (int tap = 0; tap < taps.length; tap++) {
      taps[tap] = (patches.tapRows()[tap] - top) * pitch + patches.tapColumns()[tap] + left;
    }
    return new PaddedStripe(
        taps,
        channels,
        patches.gridHeight(),
        patches.gridWidth(),
        lines,
        count,
        lines + halo,
        top,
        left,
        pitch);
  }

  /** Distance in bytes of what a row of the patches, (channel, tap), is read from. */
  int place(int row) {
    return (row / taps.length * inLines * pitch + taps[row % taps.length]) * Float.BYTES;
  }

  int firstLine(int stripe) {
    return stripe * gridLines;
  }

  int lines(int stripe) {
    return Math.min(gridLines, gridHeight - firstLine(stripe));
  }

  /** Vectors from the first to the last pixel of a stripe. */
  int vectors(int stripe) {
    return Math.ceilDiv((lines(stripe) - 1) * pitch + gridWidth, Lanes.COUNT);
  }

  /**
   * Copies what a stripe of an image needs into a slot's panel, with zeros behind it for whole
   * vectors.
   */
  void fill(Planes input, int image, int stripe, int slot) {
    int first = firstLine(stripe) + top;
    int above = Math.clamp(-first, 0, inLines);
    int end = Math.clamp(input.height() - first, above, inLines);
    long lineBytes = pitch * (long) Float.BYTES;
    long sourceBytes = input.width() * (long) Float.BYTES;
    long at = Panels.panel(slot);
    zero(at, left);
    at += left * (long) Float.BYTES;
    for (int channel = 0; channel < channels; channel++) {
      zero(at, above * pitch);
      long from = input.byteOffset(image, channel) + (first + above) * sourceBytes;
      copyLines(input, from, at + above * lineBytes, end - above);
      zero(at + end * lineBytes, (inLines - end) * pitch);
      at += inLines * lineBytes;
    }
    zero(at, pitch - input.width() + Lanes.COUNT);
  }

  /**
   * Copies lines with the zeros behind them. Whole vectors are written in ascending order: what one
   * writes too much, the next one overwrites.
   */
  private void copyLines(Planes input, long source, long target, int count) {
    MemorySegment data = input.data();
    int width = input.width();
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
            .intoMemorySegment(Panels.MEMORY, (int) (to + shift) & Panels.MEMORY_MASK, Lanes.ORDER);
      }
      if (x < width) {
        long shift = x * (long) Float.BYTES;
        FloatVector.fromMemorySegment(Lanes.FLOATS, data, from + shift, Lanes.ORDER, rest)
            .intoMemorySegment(Panels.MEMORY, (int) (to + shift) & Panels.MEMORY_MASK, Lanes.ORDER);
        x += Lanes.COUNT;
      }
      for (; x < pitch; x += Lanes.COUNT) {
        int place = (int) to + x * Float.BYTES;
        none.intoMemorySegment(Panels.MEMORY, place & Panels.MEMORY_MASK, Lanes.ORDER);
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
