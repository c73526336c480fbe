package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The values of a sparse matrix in the order in which the loops read them: a thread's arrays, which
 * hold them until its next sparse product; or, where the same values came twice, as in inference,
 * arrays kept with the plan, which every call compares with its values first.
 */
final class FilledGroups {
  private static final ThreadLocal<FilledGroups> OWN = ThreadLocal.withInitial(FilledGroups::new);

  /** Entries that are worth a task. */
  private static final int TASK_ENTRIES = 64 * 1024;

  /** Values that are looked at to tell whether they may be those of the last call. */
  private static final int FINGERS = 16;

  /** The values as they came, where these arrays are kept. */
  private MemorySegment raw = MemorySegment.NULL;

  /** Bits of the values: the compiler packs loops over them with vectors. */
  private int[] source = {};

  private int[] ordered = {};
  private long[] entries = {};
  private final int[][] shared = new int[GroupLoop.MOST_ROWS + 1][0];

  private FilledGroups() {}

  /**
   * The values of a matrix, filled in.
   *
   * @param order for each entry of the pattern that was planned the position of its value; null if
   *     that is p
   */
  static FilledGroups of(PanelPlan plan, MemorySegment values, int count, int[] order) {
    FilledGroups kept = plan.kept().filled;
    if (kept != null && kept.holds(values, count)) {
      return kept;
    }
    plan.kept().filled = null;
    FilledGroups filled = OWN.get();
    filled.fill(plan, values, count, order);
    long print = print(values, count);
    if (plan.kept().print == print) {
      var copy = new FilledGroups();
      copy.fill(plan, values, count, order);
      copy.raw =
          MemorySegment.ofArray(
              values.asSlice(0, (long) count * Float.BYTES).toArray(ValueLayout.JAVA_INT));
      plan.kept().filled = copy;
    }
    plan.kept().print = print;
    return filled;
  }

  /** What a plan knows of the values it was last used with. */
  static final class Kept {
    private volatile FilledGroups filled;
    private volatile long print;
  }

  private boolean holds(MemorySegment values, int count) {
    long bytes = (long) count * Float.BYTES;
    if (raw.byteSize() != bytes) {
      return false;
    }
    MemorySegment known = raw;
    if (count <= TASK_ENTRIES) {
      return MemorySegment.mismatch(values, 0, bytes, known, 0, bytes) < 0;
    }
    var differs = new AtomicBoolean();
    int tasks = Math.ceilDiv(count, TASK_ENTRIES);
    Workers.run(
        tasks,
        task -> {
          long begin = (long) count * task / tasks * Float.BYTES;
          long end = (long) count * (task + 1) / tasks * Float.BYTES;
          if (MemorySegment.mismatch(values, begin, end, known, begin, end) >= 0) {
            differs.set(true);
          }
        });
    return !differs.get();
  }

  private static long print(MemorySegment values, int count) {
    long print = count;
    for (int i = 0; i < FINGERS; i++) {
      long at = (long) (count - 1) * i / (FINGERS - 1);
      print = 31 * print + (count == 0 ? 0 : values.getAtIndex(ValueLayout.JAVA_INT, at));
    }
    return print;
  }

  private void fill(PanelPlan plan, MemorySegment values, int count, int[] order) {
    source = grown(source, count);
    MemorySegment.copy(values, ValueLayout.JAVA_INT, 0, source, 0, count);
    if (order != null) {
      reorder(order);
    }
    List<RowGroups> all = plan.groups();
    for (int i = 0; i < all.size(); i++) {
      fill(all.get(i));
    }
  }

  private static int[] grown(int[] array, long length) {
    return array.length >= length
        ? array
        : new int[(int) Math.max(length, Math.min(2L * array.length, Integer.MAX_VALUE / 2))];
  }

  private void reorder(int[] order) {
    ordered = grown(ordered, order.length);
    int[] from = source;
    int[] to = ordered;
    for (int p = 0; p < order.length; p++) {
      to[p] = from[order[p]];
    }
    source = to;
    ordered = from;
  }

  private void fill(RowGroups groups) {
    int count = groups.entries();
    if (groups.height() == 1) {
      entries = entries.length >= count ? entries : new long[count];
    } else {
      int height = groups.height();
      int length = Math.multiplyExact(count, 1 + height);
      shared[height] = shared[height].length >= length ? shared[height] : new int[length];
    }
    if (count <= TASK_ENTRIES) {
      fill(groups, 0, count);
      return;
    }
    int tasks = Math.ceilDiv(count, TASK_ENTRIES);
    Workers.run(
        tasks,
        task -> {
          int begin = (int) ((long) count * task / tasks);
          int end = (int) ((long) count * (task + 1) / tasks);
          fill(groups, begin, end);
        });
  }

  private void fill(RowGroups groups, int begin, int end) {
    if (groups.height() > 1) {
      fillShared(groups, source, shared[groups.height()], begin, end);
    } else if (groups.order() == null) {
      zip(source, groups.places(), entries, begin, end);
    } else {
      gather(source, groups.order(), groups.places(), entries, begin, end);
    }
  }

  private static void zip(int[] source, int[] places, long[] entries, int begin, int end) {
    for (int p = begin; p < end; p++) {
      entries[p] = (long) source[p] << Integer.SIZE | places[p];
    }
  }

  private static void gather(
      int[] source, int[] order, int[] places, long[] entries, int begin, int end) {
    for (int p = begin; p < end; p++) {
      entries[p] = (long) source[order[p]] << Integer.SIZE | places[p];
    }
  }

  private static void fillShared(
      RowGroups groups, int[] source, int[] entries, int begin, int end) {
    int[] places = groups.places();
    int[] order = groups.order();
    int height = groups.height();
    int stride = groups.stride();
    int at = begin * (1 + height);
    for (int p = begin; p < end; p++) {
      entries[at++] = places[p];
      for (int i = 0; i < height; i++) {
        entries[at++] = source[order[p] + i * stride];
      }
    }
  }

  /**
   * Adds groups {@code [from, to)} in the block that begins at {@code base} of the groups' starts,
   * times the slot's panel, to the result.
   */
  void multiply(
      RowGroups groups, int base, int from, int to, int vectors, int slot, ResultRows result) {
    int height = groups.height();
    if (height == 1) {
      multiply(groups, base, from, to, vectors, slot, 0, result);
      return;
    }
    int most = GroupLoop.SUMS / height;
    for (int vector = 0; vector < vectors; vector += most) {
      GroupLoop.of(height, Math.min(most, vectors - vector), result.first())
          .run(groups, base, from, to, shared[height], slot, vector * Lanes.BYTES, result);
    }
  }

  /** Adds rows on their own times the slot's panel, {@code shift} bytes on, to the result. */
  void multiply(
      RowGroups groups,
      int base,
      int from,
      int to,
      int vectors,
      int slot,
      int shift,
      ResultRows result) {
    assert groups.height() == 1;
    EntryLoop.of(vectors, result.first()).run(groups, base, from, to, entries, slot, shift, result);
  }
}
