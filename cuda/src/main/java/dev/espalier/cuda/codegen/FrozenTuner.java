package dev.espalier.cuda.codegen;

import dev.espalier.cuda.driver.DeviceProperties;
import java.util.BitSet;

/**
 * Estimates what a tile costs, where no device is there to measure it: the issue slots of all
 * threads, loads counted by what the first-level cache moves in a cycle, and how much of the device
 * the threads fill.
 */
final class FrozenTuner {
  /** Bytes that a multiprocessor's first-level cache delivers in a cycle. */
  private static final double CACHE_BYTES = 128;

  /** Warp instructions that a multiprocessor issues in a cycle. */
  private static final double ISSUES = 4;

  /** Warps that hide the latency of loads. */
  private static final double WARPS = 16;

  private static final int FIXED_INSTRUCTIONS = 60;

  private FrozenTuner() {}

  /** Cycles of the whole product of that many positions; an estimate to compare tiles by. */
  static double cycles(FrozenWeight weight, FrozenTile tile, long items, DeviceProperties device) {
    long warps = Math.ceilDiv(items, 32L * tile.vector());
    double issues = 0;
    double bytes = 0;
    int groups = tile.groups(weight);
    for (int group = 0; group < groups; group++) {
      int top = group * tile.rows();
      int bottom = Math.min(weight.rows(), top + tile.rows());
      int products = weight.offsets()[bottom] - weight.offsets()[top];
      int loads = distinct(weight, weight.offsets()[top], weight.offsets()[bottom]);
      int moved = loads + bottom - top;
      issues += FIXED_INSTRUCTIONS + moved + (double) products * tile.vector();
      bytes += (double) moved * tile.vector() * 32 * weight.type().bytes();
    }
    double perWarp = Math.max(issues / ISSUES, bytes / CACHE_BYTES);
    double resident = (double) warps * groups / device.multiprocessors();
    double filled = Math.min(1, resident / WARPS);
    return warps * perWarp / device.multiprocessors() / filled;
  }

  private static int distinct(FrozenWeight weight, int begin, int end) {
    var seen = new BitSet();
    for (int p = begin; p < end; p++) {
      seen.set(weight.places()[p]);
    }
    return seen.cardinality();
  }
}
