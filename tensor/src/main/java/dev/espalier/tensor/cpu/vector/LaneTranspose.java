package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/** Transposes sums whose lanes are channels into planes of pixels, by whole squares. */
final class LaneTranspose {
  private static final int SIDE = SixteenSquare.SIDE;

  private LaneTranspose() {}

  /** Whether squares cover so many pixels and channels. */
  static boolean handles(int pixels, int channels) {
    return Lanes.COUNT == SIDE && pixels >= SIDE && channels % SIDE == 0;
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
      for (int c = 0; c < channels; c += SIDE) {
        SixteenSquare.transpose(
            sums,
            at + x * lanes + c,
            lanes,
            target,
            to + c * pitch + x * (long) Float.BYTES,
            pitch,
            between);
      }
    }
  }
}
