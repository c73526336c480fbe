package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/**
 * A convolution's weight as the matrix [step of depth, channel] that {@link DirectConvolution}
 * reads, vectors of channels side by side.
 */
interface LaneWeights {
  /** Steps behind the last one that {@link #pack} may overwrite. */
  int EXCESS = 16;

  /** Steps that should not be parted. */
  default int unit() {
    return 16;
  }

  /**
   * Writes steps {@code k0 .. k0 + depth - 1} of channels {@code channel .. channel + channels - 1}
   * to {@link Panels#MEMORY}, steps {@code pitch} bytes apart; up to {@link #EXCESS} steps behind
   * the last one may be overwritten, lanes beyond the channels keep what they hold.
   */
  void pack(int channel, int channels, int k0, int depth, long at, long pitch);

  /** Lanes are the rows of a matrix. */
  static LaneWeights rows(MatrixView w) {
    return (channel, channels, k0, depth, at, pitch) ->
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
      public int unit() {
        return taps;
      }

      @Override
      public void pack(int channel, int count, int k0, int depth, long at, long pitch) {
        for (int k = 0; k < depth; k += taps) {
          long row = offset + ((long) ((k0 + k) / taps) * channels + channel) * taps;
          long to = at + k * pitch;
          TapTranspose.run(
              w, row * Float.BYTES, Panels.MEMORY, to, pitch, count, taps, taps <= EXCESS);
        }
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
