package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/** Transposes the taps of some channels, a matrix of few contiguous columns. */
final class TapTranspose {
  private static final int SIDE = 16;

  private TapTranspose() {}

  /**
   * {@code to[tap][channel] = from[channel][tap]} for contiguous channels.
   *
   * @param pitch from one tap to the next in the target
   * @param room whether sixteen further taps there may be overwritten
   */
  static void run(
      MemorySegment w,
      long from,
      MemorySegment target,
      long to,
      long pitch,
      int channels,
      int taps,
      boolean room) {
    long rowBytes = taps * (long) Float.BYTES;
    long squareEnd = (SIDE - 1) * rowBytes + SIDE * (long) Float.BYTES;
    int done = 0;
    if (room && Lanes.COUNT == SIDE && taps > 2 && taps < SIDE) {
      float[] between = SixteenSquare.between();
      while (done + SIDE <= channels && from + done * rowBytes + squareEnd <= w.byteSize()) {
        long at = to + done * (long) Float.BYTES;
        SixteenSquare.transpose(w, from + done * rowBytes, rowBytes, target, at, pitch, between);
        done += SIDE;
      }
    }
    Packing.transpose(
        w,
        from + done * rowBytes,
        rowBytes,
        target,
        to + done * (long) Float.BYTES,
        pitch,
        channels - done,
        taps);
  }
}
