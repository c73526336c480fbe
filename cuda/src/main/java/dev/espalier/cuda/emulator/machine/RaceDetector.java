package dev.espalier.cuda.emulator.machine;

import dev.espalier.cuda.emulator.Check;

/**
 * Finds two threads of a block that touch one place of shared memory, one of them writing, with
 * nothing that orders them.
 *
 * <p>Each place of as many bytes as the kernel's narrowest access remembers its last write and two
 * reads by different threads that no later read is ordered after: one of the two belongs to another
 * thread than a write that comes. Lanes that write the same bits to one place by one execution of
 * an instruction are no race; atomic operations are none among each other.
 */
public final class RaceDetector {
  private static final int THREAD_BITS = 10;
  private static final int OP_BITS = 20;
  private static final int ATOMIC_BIT = THREAD_BITS + OP_BITS;
  private static final int TIME_SHIFT = ATOMIC_BIT + 1;
  private static final int THREAD_MASK = (1 << THREAD_BITS) - 1;
  private static final int OP_MASK = (1 << OP_BITS) - 1;
  private static final long ATOMIC = 1L << ATOMIC_BIT;

  private final int shift;
  private final long[] writers;

  /** By which execution of its instruction each place was last written. */
  private final int[] executions;

  private final long[] readers;
  private final long[] otherReaders;
  private int execution;
  private boolean overlap;

  /** Watches {@code bytes} bytes in places of {@code granule} bytes. */
  RaceDetector(int bytes, int granule) {
    shift = Integer.numberOfTrailingZeros(granule);
    int places = (bytes + granule - 1) / granule;
    writers = new long[places];
    executions = new int[places];
    readers = new long[places];
    otherReaders = new long[places];
  }

  /** What follows is by another execution of an instruction, even if by the same instruction. */
  void beginExecution() {
    execution++;
  }

  private static long event(Warp warp, int lane, int op) {
    return warp.clock.time() << TIME_SHIFT
        | (long) (op & OP_MASK) << THREAD_BITS
        | (warp.index << 5 | lane);
  }

  void read(Warp warp, int lane, int at, int count, int op) {
    long now = event(warp, lane, op);
    int end = (at + count - 1) >>> shift;
    for (int place = at >>> shift; place <= end; place++) {
      long writer = writers[place];
      if (writer != 0 && !isBefore(writer, warp, lane)) {
        throw race(warp, lane, place, "reads", writer, "written");
      }
      noteRead(place, now, warp, lane);
    }
  }

  private void noteRead(int place, long now, Warp warp, int lane) {
    long first = readers[place];
    if (first == 0 || isBefore(first, warp, lane)) {
      readers[place] = now;
      return;
    }
    long second = otherReaders[place];
    if (second == 0 || isBefore(second, warp, lane)) {
      otherReaders[place] = now;
    }
  }

  void write(Warp warp, int lane, int at, int count, int op) {
    long now = event(warp, lane, op);
    int end = (at + count - 1) >>> shift;
    for (int place = at >>> shift; place <= end; place++) {
      long writer = writers[place];
      if (writer != 0 && !isBefore(writer, warp, lane)) {
        if (isSameInstruction(writer, now) && executions[place] == execution) {
          overlap = true;
        } else {
          throw race(warp, lane, place, "writes", writer, "written");
        }
      }
      requireNoReader(place, warp, lane);
      writers[place] = now;
      executions[place] = execution;
    }
  }

  /** An atomic read and write. */
  void update(Warp warp, int lane, int at, int count, int op) {
    long now = event(warp, lane, op) | ATOMIC;
    int end = (at + count - 1) >>> shift;
    for (int place = at >>> shift; place <= end; place++) {
      long writer = writers[place];
      if (writer != 0 && (writer & ATOMIC) == 0 && !isBefore(writer, warp, lane)) {
        throw race(warp, lane, place, "updates", writer, "written");
      }
      requireNoReader(place, warp, lane);
      writers[place] = now;
    }
  }

  /** A write by the hardware on behalf of the lane, which was checked when it was asked for. */
  void note(Warp warp, int lane, int at, int count, int op) {
    long now = event(warp, lane, op);
    int end = (at + count - 1) >>> shift;
    for (int place = at >>> shift; place <= end; place++) {
      writers[place] = now;
    }
  }

  private void requireNoReader(int place, Warp warp, int lane) {
    long first = readers[place];
    if (first != 0 && !isBefore(first, warp, lane)) {
      throw race(warp, lane, place, "writes", first, "read");
    }
    long second = otherReaders[place];
    if (second != 0 && !isBefore(second, warp, lane)) {
      throw race(warp, lane, place, "writes", second, "read");
    }
  }

  /** Whether, since the last call, lanes of one instruction wrote to one place. */
  boolean takeOverlap() {
    boolean seen = overlap;
    overlap = false;
    return seen;
  }

  private static boolean isSameInstruction(long event, long now) {
    long differing = event ^ now;
    return (differing & ~31L) == 0;
  }

  private static boolean isBefore(long event, Warp warp, int lane) {
    int thread = (int) event & THREAD_MASK;
    return warp.clock.isBefore(thread >>> 5, thread & 31, event >>> TIME_SHIFT, lane);
  }

  private KernelFault race(Warp warp, int lane, int place, String verb, long event, String past) {
    int thread = (int) event & THREAD_MASK;
    int op = (int) (event >>> THREAD_BITS) & OP_MASK;
    return new KernelFault(
        Check.SHARED_RACE,
        lane,
        "%s offset %d of shared memory, which thread %d of the block has %s by %s, with no barrier between"
            .formatted(
                verb, (long) place << shift, thread, past, warp.block.instructionNames.apply(op)));
  }
}
