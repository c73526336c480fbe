package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/** Transposes sums whose lanes are channels into planes of pixels, by whole squares. */
final class LaneTranspose {
  private static final int SIDE = SixteenSquare.SIDE;

  private LaneTranspose() {}

  /** Whether there are squares, and enough pixels for one. */
  static boolean handles(int pixels) {
    return Lanes.COUNT == SIDE && pixels >= SIDE;
  }

  /**
   * {@code target[channel][pixel] = sums[pixel][channel]} for {@code pitch} bytes between channels.
   */
  static void run(
      float[] sums,
      int at,
      int lanes,
      MemorySegment target,
      long to,
      long pitch,
      int pixels,
      int channels) {
    float[] between = SixteenSquare.between();
    for (int done = 0; done < pixels; done += SIDE) {
      // the last square begins earlier, and writes some pixels again
      int x = Math.min(done, pixels - SIDE);
      int whole = channels & -SIDE;
      for (int c = 0; c < whole; c += SIDE) {
        SixteenSquare.transpose(
            sums,
            at + x * lanes + c,
            lanes,
            target,
            to + c * pitch + x * (long) Float.BYTES,
            pitch,
            between);
      }
      if (whole < channels) {
        SixteenSquare.transposeTo(
            channels - whole,
            sums,
            at + x * lanes + whole,
            lanes,
            target,
            to + whole * pitch + x * (long) Float.BYTES,
            pitch,
            between);
      }
    }
  }
}
