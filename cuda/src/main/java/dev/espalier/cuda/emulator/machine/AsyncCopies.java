package dev.espalier.cuda.emulator.machine;

import java.util.Arrays;

/**
 * The {@code cp.async} copies of a warp's lanes that nobody has waited for yet.
 *
 * <p>Each lane counts the groups it has committed; a copy belongs to the group after those that
 * were committed when it was issued. The bytes arrive at once, but stay marked as on their way
 * until the lane waits.
 */
public final class AsyncCopies {
  private final int[] committed = new int[Warp.LANES];
  private int[] lanes = new int[64];
  private int[] groups = new int[64];
  private int[] places = new int[64];
  private int[] counts = new int[64];
  private int[] ops = new int[64];
  private int size;

  /** Forgets everything, as at the start of a block. */
  public void reset() {
    size = 0;
    Arrays.fill(committed, 0);
  }

  /** Notes a copy of {@code count} bytes to {@code place} of shared memory. */
  public void add(int lane, int place, int count, int op) {
    if (size == lanes.length) {
      lanes = Arrays.copyOf(lanes, 2 * size);
      groups = Arrays.copyOf(groups, 2 * size);
      places = Arrays.copyOf(places, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
      ops = Arrays.copyOf(ops, 2 * size);
    }
    lanes[size] = lane;
    groups[size] = committed[lane];
    places[size] = place;
    counts[size] = count;
    ops[size] = op;
    size++;
  }

  /** The lanes of {@code mask} close their group. */
  public void commit(int mask) {
    for (int m = mask; m != 0; m &= m - 1) {
      committed[Integer.numberOfTrailingZeros(m)]++;
    }
  }

  /**
   * The lanes of {@code mask} wait until at most {@code pending} of their groups are on their way.
   */
  public void await(Warp warp, int mask, int pending) {
    complete(warp, mask, pending, false);
  }

  /** The lanes of {@code mask} wait for all that they issued. */
  public void awaitAll(Warp warp, int mask) {
    complete(warp, mask, 0, true);
  }

  private void complete(Warp warp, int mask, int pending, boolean all) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int lane = lanes[i];
      boolean done = (mask >>> lane & 1) != 0 && (all || groups[i] < committed[lane] - pending);
      if (done) {
        warp.block.shared.arrived(warp, lane, places[i], counts[i], ops[i]);
      } else {
        lanes[kept] = lane;
        groups[kept] = groups[i];
        places[kept] = places[i];
        counts[kept] = counts[i];
        ops[kept] = ops[i];
        kept++;
      }
    }
    size = kept;
  }
}
