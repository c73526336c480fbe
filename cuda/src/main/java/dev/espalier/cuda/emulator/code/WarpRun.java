package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.Warp;
import java.util.Arrays;
import java.util.List;

/**
 * The control of one warp: which lanes run where.
 *
 * <p>Where lanes part, one side runs until it reaches the branch's point of reconvergence, then the
 * other; a stack holds what is still to run. The side from which no barrier and no exchange follows
 * goes first, so that lanes which leave the kernel are gone when the others wait for all.
 */
final class WarpRun {
  /** Why a warp stopped. */
  enum Stop {
    BARRIER,
    DONE,
    /** It ran long; others may need a turn for it to get on. */
    PAUSE
  }

  private static final int INITIAL_DEPTH = 32;
  private static final int INSTRUCTIONS_PER_TURN = 1 << 20;

  final Warp warp;
  private final Block[] blocks;
  private final long[] issued;
  private final long[] lanes;
  private final long[] guardedLanes;
  private int[] stackBlock = new int[INITIAL_DEPTH];
  private int[] stackMask = new int[INITIAL_DEPTH];
  private int[] stackReconverge = new int[INITIAL_DEPTH];
  private int depth;
  private int block;
  private int mask;
  private int reconverge;
  private Op current;
  private long executed;

  WarpRun(Warp warp, List<Block> blocks, Tally tally) {
    this.warp = warp;
    this.blocks = blocks.toArray(Block[]::new);
    this.issued = tally.entries;
    this.lanes = tally.entryLanes;
    this.guardedLanes = tally.guardedLanes;
  }

  void start(int present, long time) {
    warp.start(present, time);
    depth = 0;
    block = 0;
    mask = present;
    reconverge = -1;
  }

  /** The lanes that run now. */
  int mask() {
    return mask;
  }

  /** The instruction that runs now, or ran last. */
  Op current() {
    return current;
  }

  /** The block the warp stopped behind. */
  Block at() {
    return blocks[block];
  }

  /** Instructions run since the last call. */
  long takeExecuted() {
    long count = executed;
    executed = 0;
    return count;
  }

  /** Goes on behind a barrier. */
  void resume() {
    go(blocks[block].next);
  }

  /** Runs until the warp has to stop. */
  Stop run() {
    Warp w = warp;
    long limit = executed + INSTRUCTIONS_PER_TURN;
    while (executed < limit) {
      Block b = blocks[block];
      int active = mask;
      issued[b.id]++;
      lanes[b.id] += Integer.bitCount(active);
      executed += b.ops.length + 1;
      for (Op op : b.ops) {
        current = op;
        int enabled = active;
        if (op.guard >= 0) {
          enabled = op.enabled(w, active);
          guardedLanes[op.index] += Integer.bitCount(enabled);
        }
        if (enabled != 0) {
          op.execute(w, enabled);
        }
      }
      current = b.last;
      switch (b.end) {
        case FALL -> go(b.next);
        case BRANCH -> branch(b);
        case TABLE -> table(b);
        case EXIT -> {
          w.exited |= guarded(b);
          mask &= ~w.exited;
          if (mask != 0) {
            go(b.next);
          } else if (!pop()) {
            return Stop.DONE;
          }
        }
        case BARRIER -> {
          return Stop.BARRIER;
        }
        case TRAP -> {
          int failing = guarded(b);
          if (failing != 0) {
            throw new KernelFault(
                null, Integer.numberOfTrailingZeros(failing), "the kernel executed 'trap'");
          }
          go(b.next);
        }
      }
    }
    return Stop.PAUSE;
  }

  private int guarded(Block b) {
    if (b.guard < 0) {
      return mask;
    }
    int bits = warp.predicates[b.guard];
    return mask & (b.guardNegated ? ~bits : bits);
  }

  private void branch(Block b) {
    int taken = guarded(b);
    int others = mask & ~taken;
    if (others == 0) {
      go(b.target);
    } else if (taken == 0) {
      go(b.next);
    } else {
      boolean targetFirst = !blocks[b.target].reachesSync || blocks[b.next].reachesSync;
      if (targetFirst) {
        part(b.reconverge, b.target, taken, b.next, others);
      } else {
        part(b.reconverge, b.next, others, b.target, taken);
      }
    }
  }

  private void part(int meet, int first, int firstMask, int second, int secondMask) {
    if (meet >= 0 && meet != reconverge) {
      push(meet, mask, reconverge);
    }
    if (second != meet) {
      push(second, secondMask, meet);
    }
    mask = firstMask;
    reconverge = meet;
    go(first);
  }

  private void table(Block b) {
    int[] indices = warp.ints[b.tableIndex];
    int rest = guarded(b);
    int falling = mask & ~rest;
    int all = mask;
    boolean parted = false;
    int meet = b.reconverge;
    while (rest != 0) {
      int chosen = indices[Integer.numberOfTrailingZeros(rest)];
      int target = chosen >= 0 && chosen < b.table.length ? b.table[chosen] : b.next;
      int group = 0;
      for (int m = rest; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        group |= indices[k] == chosen ? 1 << k : 0;
      }
      if (group == all) {
        go(target);
        return;
      }
      if (!parted && meet >= 0 && meet != reconverge) {
        push(meet, all, reconverge);
      }
      parted = true;
      if (target != meet) {
        push(target, group, meet);
      }
      rest &= ~group;
    }
    if (falling != 0) {
      if (!parted) {
        go(b.next);
        return;
      }
      push(b.next, falling, meet);
    }
    pop();
  }

  private void go(int next) {
    block = next;
    while (block == reconverge && pop()) {
      // What was popped may itself begin at its own point of reconvergence.
    }
  }

  /** Takes up what is to run next; false if nothing is. */
  private boolean pop() {
    while (depth > 0) {
      depth--;
      int lanesLeft = stackMask[depth] & ~warp.exited;
      if (lanesLeft != 0) {
        block = stackBlock[depth];
        mask = lanesLeft;
        reconverge = stackReconverge[depth];
        return true;
      }
    }
    return false;
  }

  private void push(int at, int lanesThere, int meet) {
    if (depth == stackBlock.length) {
      stackBlock = Arrays.copyOf(stackBlock, 2 * depth);
      stackMask = Arrays.copyOf(stackMask, 2 * depth);
      stackReconverge = Arrays.copyOf(stackReconverge, 2 * depth);
    }
    stackBlock[depth] = at;
    stackMask[depth] = lanesThere;
    stackReconverge[depth] = meet;
    depth++;
  }
}
