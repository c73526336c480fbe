package dev.espalier.tensor.cpu.vector;

import jdk.incubator.vector.FloatVector;

/** Applies a convolution's epilogue to sums whose channels lie side by side. */
final class ChannelFinish {
  private ChannelFinish() {}

  /**
   * Finishes {@code pixels} rows of {@code lanes} sums in place.
   *
   * @param lanes a multiple of a vector
   * @param count channels among them
   */
  static void run(
      TileEpilogue epilogue, int channel, int count, int lanes, float[] sums, int at, int pixels) {
    if (epilogue.isNone()) {
      return;
    }
    float[] bias = new float[lanes];
    for (int i = 0; i < count; i++) {
      bias[i] = epilogue.rowBias(channel + i);
    }
    float least = epilogue.relu() ? 0 : Float.NEGATIVE_INFINITY;
    FloatVector floor = FloatVector.broadcast(Lanes.FLOATS, least);
    for (int lane = 0; lane < lanes; lane += Lanes.COUNT) {
      FloatVector add = FloatVector.fromArray(Lanes.FLOATS, bias, lane);
      for (int i = 0; i < pixels; i++) {
        int place = at + lane + i * lanes;
        FloatVector.fromArray(Lanes.FLOATS, sums, place).add(add).max(floor).intoArray(sums, place);
      }
    }
  }
}
