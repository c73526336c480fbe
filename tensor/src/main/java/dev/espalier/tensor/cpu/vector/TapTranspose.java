package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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

  /** Whether squares cover so many channels and taps. */
  static boolean handles(int channels, int taps) {
    return Lanes.COUNT == SIDE && channels % SIDE == 0 && taps > 2 && taps <= SIDE;
  }

  /**
   * As {@link #run} into an array, sixteen channels at a time; what lies behind the taps is
   * overwritten, up to a square's side.
   */
  static void run(
      MemorySegment w, long from, float[] target, int to, int pitch, int channels, int taps) {
    float[] between = SixteenSquare.between();
    long rowBytes = taps * (long) Float.BYTES;
    long squareBytes = (SIDE - 1) * rowBytes + SIDE * (long) Float.BYTES;
    for (int i = 0; i < channels; i += SIDE) {
      long at = from + i * rowBytes;
      if (at + squareBytes <= w.byteSize()) {
        SixteenSquare.transpose(w, at, rowBytes, target, to + i, pitch, between);
        continue;
      }
      for (int c = 0; c < SIDE; c++) {
        for (int tap = 0; tap < taps; tap++) {
          long place = at + c * rowBytes + tap * (long) Float.BYTES;
          target[to + i + c + tap * pitch] = w.get(ValueLayout.JAVA_FLOAT, place);
        }
      }
    }
  }
}
