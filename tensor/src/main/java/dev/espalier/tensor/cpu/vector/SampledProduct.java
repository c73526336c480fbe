package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A dense product sampled at a sparse pattern, {@code out[p] = Σ_n a[row(p), n] b[column(p), n]},
 * in float32.
 *
 * <p>A task owns the entries of some rows in one block of columns, no more than a slot of {@link
 * Panels} has partial sums for. Stretch by stretch of n it packs the block's rows of b into the
 * slot's panel and runs the rows of a over it; at the end it sums the lanes. Where blocks are few,
 * n is cut into parts whose sums are added in order, so that no panel is packed twice. Every
 * entry's products are added in one order, however many threads there are.
 */
final class SampledProduct implements IntConsumer {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Multiply-adds worth more than one thread. */
  private static final long TASK_WORK = 256 * 1024;

  /** Tasks that keep threads busy; n is not cut into parts for more. */
  private static final int TASKS = 16;

  /** Columns whose products outweigh storing and adding the sums of a part. */
  private static final int PART_COLUMNS = 2048;

  /** Sums that the first-level cache holds beside the rows they are of. */
  private static final int CACHED_SUMS = 128;

  private PanelPlan plan;
  private LeftRows left;
  private PanelSource source;
  private int n;
  private int[] order;
  private MemorySegment out;

  /** What the tasks that are running work at. */
  private LeftRows whole;

  private RowGroups rows;
  private int cuts;

  /** Into how many parts n is cut, and where their sums go: {@code values} floats of each. */
  private int parts;

  private int values;
  private MemorySegment target;

  /**
   * @param order for each value of the pattern that was planned where its product goes; null if
   *     that is its own position
   */
  SampledProduct set(
      PanelPlan plan, LeftRows left, PanelSource source, int n, int[] order, MemorySegment out) {
    this.plan = plan;
    this.left = left;
    this.source = source;
    this.n = n;
    this.order = order;
    this.out = out;
    return this;
  }

  void run() {
    try (Scratch scratch = Scratch.acquire();
        Scratch sums = Scratch.acquire()) {
      whole = left.wholeVectors(scratch.work);
      List<RowGroups> all = plan.groups();
      values = 0;
      for (int i = 0; i < all.size(); i++) {
        values =
            Math.addExact(values, Math.multiplyExact(all.get(i).entries(), all.get(i).height()));
      }
      parts = Math.clamp(n / PART_COLUMNS, 1, Math.ceilDiv(TASKS, plan.blocks()));
      target = parts == 1 ? out : sums.work.floats((long) parts * values);
      for (int i = 0; i < all.size(); i++) {
        rows = all.get(i);
        cuts = cuts();
        Workers.run(parts * plan.blocks() * cuts, this);
      }
      if (parts > 1) {
        addUp();
      }
    }
  }

  private void addUp() {
    for (int value = 0; value < values; value++) {
      float sum = 0;
      for (int part = 0; part < parts; part++) {
        sum += target.getAtIndex(FLOAT, (long) part * values + value);
      }
      out.setAtIndex(FLOAT, value, sum);
    }
  }

  /** Computes a part of the sums of a cut of the rows in a block. */
  @Override
  public void accept(int task) {
    int perPart = plan.blocks() * cuts;
    block(task % perPart / cuts, task % cuts, task / perPart);
  }

  /** Into how many tasks a block's rows are cut, so that sums fit and threads have work. */
  private int cuts() {
    int count = rows.rows().length;
    int largest = 0;
    for (int block = 0; block < plan.blocks(); block++) {
      int begin = rows.starts()[block * count];
      largest = Math.max(largest, rows.starts()[(block + 1) * count] - begin);
    }
    // a cut may have up to a group more than its share
    int most = Panels.PARTIAL_COUNT / rows.height() - plan.blockColumns();
    int least = Math.ceilDiv(largest, most);
    int threads = Workers.threads();
    int tasks = plan.blocks() * parts;
    boolean small = (long) rows.entries() * rows.height() * n < TASK_WORK || tasks % threads == 0;
    return Math.max(1, small ? least : Math.max(least, Math.ceilDiv(2 * threads, tasks)));
  }

  private void block(int block, int cut, int part) {
    int base = block * rows.rows().length;
    int from = rowAt(block, cut);
    int to = rowAt(block, cut + 1);
    int firstEntry = rows.starts()[base + from];
    int entries = rows.starts()[base + to] - firstEntry;
    if (entries == 0) {
      return;
    }
    int vectors = Math.ceilDiv(n, Lanes.COUNT);
    int panels = Math.ceilDiv(vectors, plan.vectors());
    int together = source.panelsTogether();
    int firstRow = rows.rows()[from];
    int endRow = rows.rows()[to - 1] + rows.height();
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      int first = (int) ((long) panels * part / parts);
      int last = (int) ((long) panels * (part + 1) / parts);
      long sums = (long) part * values;
      for (int panel = first; panel < last; panel++) {
        int begin = column(vectors, panel, panels);
        if ((panel - first) % together == 0) {
          int end = Math.min(n, column(vectors, Math.min(last, panel + together), panels));
          source.prepare(block, begin, end - begin, scratch);
        }
        int taken = (column(vectors, panel + 1, panels) - begin) / Lanes.COUNT;
        source.pack(block, begin, taken, plan.pitch(), slot, scratch);
        if (n - begin < taken * Lanes.COUNT) {
          PanelCopy.clearBehind(Panels.panel(slot), plan.pitch(), plan.blockColumns(), n - begin);
        }
        var stretch = whole.rows(begin, taken, firstRow, endRow, scratch);
        if (panels == 1) {
          inOneStretch(base, from, to, taken, slot, stretch);
        } else {
          multiply(base, from, to, firstEntry, taken, panel == first, slot, stretch);
        }
      }
      if (panels > 1) {
        store(firstEntry, entries, slot, sums);
      }
    } finally {
      Panels.release(slot);
    }
  }

  /**
   * Some rows at a time, so that their sums stay in the first-level cache until they are stored.
   */
  private void inOneStretch(
      int base, int from, int to, int vectors, int slot, LeftRows.Rows stretch) {
    int[] starts = rows.starts();
    int most = CACHED_SUMS / rows.height();
    for (int next = from; next < to; ) {
      int begin = next++;
      int firstEntry = starts[base + begin];
      while (next < to && starts[base + next + 1] - firstEntry <= most) {
        next++;
      }
      multiply(base, begin, next, firstEntry, vectors, true, slot, stretch);
      store(firstEntry, starts[base + next] - firstEntry, slot, 0);
    }
  }

  private void multiply(
      int base,
      int from,
      int to,
      int firstEntry,
      int vectors,
      boolean first,
      int slot,
      LeftRows.Rows stretch) {
    DotLoop.of(rows.height(), vectors)
        .run(rows, base, from, to, firstEntry, first, slot, 0, stretch);
  }

  private static int column(int vectors, int panel, int panels) {
    return (int) ((long) vectors * panel / panels) * Lanes.COUNT;
  }

  /** The first group of a cut: cuts have about equally many entries. */
  private int rowAt(int block, int cut) {
    int count = rows.rows().length;
    int base = block * count;
    long begin = rows.starts()[base];
    long wanted = begin + (rows.starts()[base + count] - begin) * cut / cuts;
    if (cut == cuts) {
      return count;
    }
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (rows.starts()[base + middle] < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Sums the lanes of entries; the values begin at number {@code base} of the target. */
  private void store(int firstEntry, int entries, int slot, long base) {
    int count = entries * rows.height();
    int sums = Panels.header(slot) + Panels.PARTIALS;
    for (int i = 0; i < count; i += LaneSums.COUNT) {
      // in place: what is written lies before what is still to be read
      LaneSums.of(sums + i * (int) Lanes.BYTES, sums + i * Float.BYTES);
    }
    int[] planned = rows.order();
    int height = rows.height();
    if (height > 1) {
      storeGroups(firstEntry, entries, sums, base);
    } else if (planned == null && order == null) {
      long to = (base + firstEntry) * Float.BYTES;
      MemorySegment.copy(Panels.MEMORY, sums, target, to, (long) count * Float.BYTES);
    } else {
      for (int i = 0; i < count; i++) {
        int value = planned == null ? firstEntry + i : planned[firstEntry + i];
        float sum = Panels.MEMORY.get(FLOAT, sums + (long) i * Float.BYTES);
        target.setAtIndex(FLOAT, base + (order == null ? value : order[value]), sum);
      }
    }
  }

  private void storeGroups(int firstEntry, int entries, long sums, long base) {
    int height = rows.height();
    int stride = rows.stride();
    int[] planned = rows.order();
    long at = sums;
    for (int i = 0; i < entries; i++) {
      int first = planned[firstEntry + i];
      for (int j = 0; j < height; j++) {
        int value = first + j * stride;
        float sum = Panels.MEMORY.get(FLOAT, at);
        target.setAtIndex(FLOAT, base + (order == null ? value : order[value]), sum);
        at += Float.BYTES;
      }
    }
  }
}
