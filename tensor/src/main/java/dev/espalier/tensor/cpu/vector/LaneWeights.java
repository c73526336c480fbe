package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A convolution's weight as the matrix [step of depth, channel] that {@link DirectConvolution}
 * reads, vectors of channels side by side.
 */
interface LaneWeights {
  /** Steps behind the last one that {@link #pack} may overwrite. */
  int EXCESS = 16;

  /** Floats from one step to the next. */
  int PITCH = PixelTile.VECTORS * Lanes.COUNT;

  /**
   * Writes steps {@code k0 .. k0 + depth - 1} of channels {@code channel .. channel + channels - 1}
   * to the begin of a slot of {@link PixelMemory}, steps {@link #PITCH} floats apart. Up to {@link
   * #EXCESS} steps behind the last one may be overwritten, lanes beyond the channels hold anything.
   */
  default void pack(int channel, int channels, int k0, int depth, int slot) {
    packPanel(channel, channels, k0, depth, Panels.header(slot), PITCH * (long) Float.BYTES);
    MemorySegment.copy(
        Panels.MEMORY,
        ValueLayout.JAVA_FLOAT,
        Panels.header(slot),
        PixelMemory.FLOATS,
        PixelMemory.header(slot),
        depth * PITCH);
  }

  /** As {@link #pack} to {@link Panels#MEMORY}, steps {@code pitch} bytes apart. */
  void packPanel(int channel, int channels, int k0, int depth, long at, long pitch);

  /** Lanes are the rows of a matrix. */
  static LaneWeights rows(MatrixView w) {
    return new LaneWeights() {
      @Override
      public void pack(int channel, int channels, int k0, int depth, int slot) {
        boolean whole =
            Lanes.COUNT == SixteenSquare.SIDE
                && channels % SixteenSquare.SIDE == 0
                && depth % SixteenSquare.SIDE == 0;
        if (!whole) {
          LaneWeights.super.pack(channel, channels, k0, depth, slot);
          return;
        }
        float[] between = SixteenSquare.between();
        long pitch = w.rowStride() * Float.BYTES;
        for (int i = 0; i < channels; i += SixteenSquare.SIDE) {
          int to = PixelMemory.header(slot) + i;
          for (int k = 0; k < depth; k += SixteenSquare.SIDE) {
            long from = w.byteOffset(channel + i, k0 + k);
            SixteenSquare.transpose(
                w.data(), from, pitch, PixelMemory.FLOATS, to + k * PITCH, PITCH, between);
          }
        }
      }

      @Override
      public void packPanel(int channel, int channels, int k0, int depth, long at, long pitch) {
        Packing.transpose(
            w.data(),
            w.byteOffset(channel, k0),
            w.rowStride() * Float.BYTES,
            Panels.MEMORY,
            at,
            pitch,
            channels,
            depth);
      }
    };
  }

  /**
   * Lanes are input channels, depth runs over (output channel, tap): each output channel's weights
   * are transposed where they lie.
   *
   * @param offset first weight, in elements
   * @param channels input channels of an output channel
   */
  static LaneWeights backward(MemorySegment w, long offset, int channels, int taps) {
    return new LaneWeights() {
      @Override
      public void pack(int channel, int count, int k0, int depth, int slot) {
        if (!TapTranspose.handles(count, taps)) {
          LaneWeights.super.pack(channel, count, k0, depth, slot);
          return;
        }
        for (int k = 0; k < depth; k += taps) {
          int to = PixelMemory.header(slot) + k * PITCH;
          TapTranspose.run(w, row(channel, k0 + k), PixelMemory.FLOATS, to, PITCH, count, taps);
        }
      }

      @Override
      public void packPanel(int channel, int count, int k0, int depth, long at, long pitch) {
        for (int k = 0; k < depth; k += taps) {
          long from = row(channel, k0 + k);
          long to = at + k * pitch;
          TapTranspose.run(w, from, Panels.MEMORY, to, pitch, count, taps, taps <= EXCESS);
        }
      }

      /* Where the weights of a channel in the output channel of step k lie, in bytes. */
      private long row(int channel, int k) {
        return (offset + ((long) (k / taps) * channels + channel) * taps) * Float.BYTES;
      }
    };
  }

  /**
   * As {@link #backward} for some of the taps.
   *
   * @param tapMajor the weight as [output channel, tap, input channel]
   */
  static LaneWeights backward(MatrixView tapMajor, int allTaps, int[] taps) {
    return (channel, count, k0, depth, at, pitch) -> {
      for (int k = k0; k < k0 + depth; k++) {
        int row = k / taps.length * allTaps + taps[k % taps.length];
        long from = tapMajor.byteOffset(row, channel);
        Packing.copyRow(tapMajor.data(), from, Panels.MEMORY, at + (k - k0) * pitch, count);
      }
    };
  }
}
