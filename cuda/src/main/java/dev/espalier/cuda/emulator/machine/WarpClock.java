package dev.espalier.cuda.emulator.machine;

import java.util.Arrays;

/**
 * What a warp knows of the order of events in its block: a vector clock.
 *
 * <p>A warp's own time advances with each barrier and each {@code bar.warp.sync}. A barrier tells
 * those who wait at it the time of all who came, and what those knew themselves. Within a warp the
 * lanes are ordered by such an instruction only: running in lockstep orders nothing, as the
 * hardware may run lanes of one warp apart; neither does a shuffle or a vote, nor lanes meeting
 * again after a branch.
 */
public final class WarpClock {
  private static final int MAX_PARTIAL = 32;

  private final int own;
  private final long[] seen;
  private long time = 1;
  private long allLanes;
  private final long[] partialTimes = new long[MAX_PARTIAL];
  private final int[] partialMasks = new int[MAX_PARTIAL];
  private int partials;

  WarpClock(int own, int warps) {
    this.own = own;
    this.seen = new long[warps];
  }

  /** Begins a block after all that happened in the one before. */
  void begin(long now) {
    time = now;
    allLanes = now;
    partials = 0;
    Arrays.fill(seen, now);
  }

  /** The warp's own time. */
  public long time() {
    return time;
  }

  /** The lanes of {@code group} have synchronised; {@code all} if they are all that are alive. */
  void synchronize(int group, boolean all) {
    time++;
    if (all) {
      allLanes = time;
      partials = 0;
    } else {
      // With too many to remember the oldest is forgotten: nothing is ordered by mistake.
      if (partials == MAX_PARTIAL) {
        System.arraycopy(partialTimes, 1, partialTimes, 0, MAX_PARTIAL - 1);
        System.arraycopy(partialMasks, 1, partialMasks, 0, MAX_PARTIAL - 1);
        partials--;
      }
      partialTimes[partials] = time;
      partialMasks[partials] = group;
      partials++;
    }
  }

  /** Adds what the warp knows to {@code knowledge}, on coming to a barrier. */
  public void tell(long[] knowledge) {
    synchronize(Warp.ALL, true);
    seen[own] = time;
    for (int i = 0; i < seen.length; i++) {
      knowledge[i] = Math.max(knowledge[i], seen[i]);
    }
  }

  /** Takes over what all who came to a barrier knew. */
  public void learn(long[] knowledge) {
    for (int i = 0; i < seen.length; i++) {
      seen[i] = Math.max(seen[i], knowledge[i]);
    }
  }

  /** Whether what lane {@code otherLane} of another or this warp did at {@code then} is over. */
  boolean isBefore(int otherWarp, int otherLane, long then, int lane) {
    if (otherWarp != own) {
      return then < seen[otherWarp];
    }
    return otherLane == lane || then < allLanes || isOrderedInPart(otherLane, then, lane);
  }

  private boolean isOrderedInPart(int otherLane, long then, int lane) {
    for (int i = 0; i < partials; i++) {
      if (then < partialTimes[i]
          && (partialMasks[i] >>> otherLane & partialMasks[i] >>> lane & 1) != 0) {
        return true;
      }
    }
    return false;
  }
}
