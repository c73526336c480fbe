package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.Warp;
import java.util.Arrays;

/** The sixteen barriers of a block. */
final class Barriers {
  private static final int COUNT = 16;

  private final WarpRun[] warps;
  private final int blockThreads;
  private final boolean check;
  private final Barrier[] barriers = new Barrier[COUNT];
  private int ended;
  private int endedThreads;

  /** Who has come to one barrier. */
  private static final class Barrier {
    private int expected;
    private int threads;
    private int population;
    private long arrived;
    private long waiting;
    private long[] knowledge;

    private void clear() {
      Arrays.fill(knowledge, 0);
      expected = 0;
      threads = 0;
      population = 0;
      arrived = 0;
      waiting = 0;
    }
  }

  Barriers(WarpRun[] warps, int blockThreads, boolean check) {
    this.warps = warps;
    this.blockThreads = blockThreads;
    this.check = check;
    for (int i = 0; i < COUNT; i++) {
      barriers[i] = new Barrier();
      barriers[i].knowledge = new long[warps.length];
    }
  }

  void reset() {
    for (Barrier barrier : barriers) {
      barrier.clear();
    }
    ended = 0;
    endedThreads = 0;
  }

  /** A warp came; true if it has to wait. */
  boolean arrive(int index) {
    WarpRun run = warps[index];
    Warp warp = run.warp;
    BarrierOp op = run.at().barrier;
    int lane = Integer.numberOfTrailingZeros(run.mask());
    int name = op.name(warp, lane);
    int threads = op.threads(warp, lane);
    if (name < 0 || name >= COUNT || threads % Warp.LANES != 0) {
      throw new KernelFault(
          Check.BARRIER,
          lane,
          "barrier %d for %d threads: names are 0 to 15, numbers are multiples of 32"
              .formatted(name, threads));
    }
    if (run.mask() != warp.live()) {
      throw new KernelFault(
          Check.BARRIER,
          lane,
          "barrier %d is reached by the lanes 0x%08x of warp %d, but not by 0x%08x"
              .formatted(name, run.mask(), index, warp.live() & ~run.mask()));
    }
    if (check && threads == 0 && warp.exited != 0) {
      throw new KernelFault(
          Check.BARRIER,
          lane,
          "barrier %d waits for all threads of the block, but the lanes 0x%08x of warp %d have ended"
              .formatted(name, warp.exited, index));
    }
    Barrier barrier = barriers[name];
    if (barrier.arrived != 0 && barrier.expected != threads) {
      throw new KernelFault(
          Check.BARRIER,
          lane,
          "barrier %d is entered for %d threads by one warp and for %d by another"
              .formatted(name, threads, barrier.expected));
    }
    barrier.expected = threads;
    barrier.threads += threads == 0 ? Integer.bitCount(warp.live()) : Warp.LANES;
    barrier.population += Integer.bitCount(op.votes(warp, run.mask()));
    barrier.arrived |= 1L << index;
    warp.clock.tell(barrier.knowledge);
    if (op.waits) {
      barrier.waiting |= 1L << index;
    } else {
      run.resume();
    }
    return op.waits;
  }

  /** A warp has ended. */
  void left(int index) {
    ended++;
    endedThreads += Integer.bitCount(warps[index].warp.present);
  }

  /** Lets go on whom nothing holds any more. */
  void release(boolean[] waiting) {
    for (int name = 0; name < COUNT; name++) {
      Barrier barrier = barriers[name];
      if (barrier.arrived == 0 || !isComplete(barrier)) {
        continue;
      }
      if (check && barrier.expected == 0 && endedThreads > 0) {
        throw new KernelFault(
            Check.BARRIER,
            -1,
            "barrier %d waits for all threads of the block, but %d of them have ended"
                .formatted(name, endedThreads));
      }
      int arrived = barrier.threads;
      int population = barrier.population;
      long released = barrier.waiting;
      for (int i = 0; i < warps.length; i++) {
        if ((released >>> i & 1) != 0) {
          WarpRun run = warps[i];
          run.at().barrier.deliver(run.warp, run.mask(), population, arrived);
          waiting[i] = false;
          run.warp.clock.learn(barrier.knowledge);
          run.resume();
        }
      }
      barrier.clear();
    }
  }

  private boolean isComplete(Barrier barrier) {
    return barrier.expected == 0
        ? Long.bitCount(barrier.arrived) + ended == warps.length
        : barrier.threads >= Math.min(barrier.expected, roundedThreads());
  }

  private int roundedThreads() {
    return (blockThreads + Warp.LANES - 1) / Warp.LANES * Warp.LANES;
  }

  /** Says who waits for whom when nothing moves any more. */
  String deadlock() {
    StringBuilder text = new StringBuilder("the block cannot go on:");
    for (int name = 0; name < COUNT; name++) {
      Barrier barrier = barriers[name];
      if (barrier.arrived != 0) {
        text.append(
            " %d warps wait at barrier %d for %s threads, %d have come;"
                .formatted(
                    Long.bitCount(barrier.waiting),
                    name,
                    barrier.expected == 0 ? "all" : Integer.toString(barrier.expected),
                    barrier.threads));
      }
    }
    return text.append(' ').append(ended).append(" warps have ended").toString();
  }
}
