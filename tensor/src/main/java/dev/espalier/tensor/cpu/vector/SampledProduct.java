package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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
final class SampledProduct {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Multiply-adds worth more than one thread. */
  private static final long TASK_WORK = 256 * 1024;

  /** Tasks that keep threads busy; parts are not cut for more. */
  private static final int TASKS = 16;

  /** Columns whose products outweigh storing and adding the sums of a part. */
  private static final int PART_COLUMNS = 2048;

  /** Sums that the first-level cache holds beside the rows they are of. */
  private static final int CACHED_SUMS = 128;

  private final PanelPlan plan;
  private final LeftRows left;
  private final PanelSource source;
  private final int n;
  private final int[] order;
  private final MemorySegment out;

  /**
   * @param order for each value of the pattern that was planned where its product goes; null if
   *     that is its own position
   */
  SampledProduct(
      PanelPlan plan, LeftRows left, PanelSource source, int n, int[] order, MemorySegment out) {
    this.plan = plan;
    this.left = left;
    this.source = source;
    this.n = n;
    this.order = order;
    this.out = out;
  }

  /** A part of n, and where its sums go: {@code values} floats of the target from its number on. */
  private record Part(int number, int count, int values, MemorySegment target) {
    int first(int panels) {
      return (int) ((long) panels * number / count);
    }

    int end(int panels) {
      return (int) ((long) panels * (number + 1) / count);
    }

    void set(int value, float sum) {
      target.setAtIndex(FLOAT, (long) number * values + value, sum);
    }

    float get(int value) {
      return target.getAtIndex(FLOAT, (long) number * values + value);
    }
  }

  void run() {
    try (Scratch scratch = Scratch.acquire();
        Scratch sums = Scratch.acquire()) {
      LeftRows whole = left.wholeVectors(scratch.work);
      Part[] parts = parts(sums.work);
      for (RowGroups rows : plan.groups()) {
        int cuts = cuts(rows, parts.length);
        int tasks = plan.blocks() * cuts;
        Workers.run(
            tasks * parts.length,
            task -> {
              int within = task % tasks;
              block(rows, whole, parts[task / tasks], within / cuts, within % cuts, cuts);
            });
      }
      if (parts.length > 1) {
        addUp(parts);
      }
    }
  }

  /** The parts of n, which depend on sizes alone. */
  private Part[] parts(GrowingBuffer buffer) {
    int values = 0;
    for (RowGroups rows : plan.groups()) {
      values = Math.addExact(values, Math.multiplyExact(rows.entries(), rows.height()));
    }
    int wanted = Math.ceilDiv(TASKS, plan.blocks());
    var parts = new Part[Math.clamp(n / PART_COLUMNS, 1, wanted)];
    MemorySegment target = parts.length == 1 ? out : buffer.floats((long) parts.length * values);
    for (int i = 0; i < parts.length; i++) {
      parts[i] = new Part(i, parts.length, values, target);
    }
    return parts;
  }

  private void addUp(Part[] parts) {
    for (int value = 0; value < parts[0].values; value++) {
      float sum = 0;
      for (Part part : parts) {
        sum += part.get(value);
      }
      out.setAtIndex(FLOAT, value, sum);
    }
  }

  /** Into how many tasks a block's rows are cut, so that sums fit and threads have work. */
  private int cuts(RowGroups rows, int parts) {
    int count = rows.rows().length;
    int largest = 0;
    for (int block = 0; block < plan.blocks(); block++) {
      int begin = rows.starts()[block * count];
      largest = Math.max(largest, rows.starts()[(block + 1) * count] - begin);
    }
    // a cut may have up to a group more than its share
    int most = Panels.PARTIAL_COUNT / rows.height() - plan.blockColumns();
    int cuts = Math.ceilDiv(largest, most);
    int threads = Workers.threads();
    int tasks = plan.blocks() * parts;
    boolean small = (long) rows.entries() * rows.height() * n < TASK_WORK || tasks % threads == 0;
    return Math.max(1, small ? cuts : Math.max(cuts, Math.ceilDiv(2 * threads, tasks)));
  }

  private void block(RowGroups rows, LeftRows whole, Part part, int block, int cut, int cuts) {
    int base = block * rows.rows().length;
    int from = rowAt(rows, block, cut, cuts);
    int to = rowAt(rows, block, cut + 1, cuts);
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
      int first = part.first(panels);
      int last = part.end(panels);
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
        var stretch = whole.rows(begin, taken, firstRow, endRow, scratch.work);
        if (panels == 1) {
          inOneStretch(rows, base, from, to, taken, slot, stretch, part);
        } else {
          multiply(rows, base, from, to, firstEntry, taken, panel == first, slot, stretch);
        }
      }
      if (panels > 1) {
        store(rows, firstEntry, entries, slot, part);
      }
    } finally {
      Panels.release(slot);
    }
  }

  /**
   * Some rows at a time, so that their sums stay in the first-level cache until they are stored.
   */
  private void inOneStretch(
      RowGroups rows,
      int base,
      int from,
      int to,
      int vectors,
      int slot,
      LeftRows.Rows stretch,
      Part part) {
    int[] starts = rows.starts();
    int most = CACHED_SUMS / rows.height();
    for (int next = from; next < to; ) {
      int begin = next++;
      int firstEntry = starts[base + begin];
      while (next < to && starts[base + next + 1] - firstEntry <= most) {
        next++;
      }
      multiply(rows, base, begin, next, firstEntry, vectors, true, slot, stretch);
      store(rows, firstEntry, starts[base + next] - firstEntry, slot, part);
    }
  }

  private static void multiply(
      RowGroups rows,
      int base,
      int from,
      int to,
      int firstEntry,
      int vectors,
      boolean first,
      int slot,
      LeftRows.Rows stretch) {
    if (rows.height() == 1) {
      DotLoop.of(vectors).run(rows, base, from, to, firstEntry, first, slot, 0, stretch);
    } else {
      DotGroupLoop.of(rows.height(), vectors)
          .run(rows, base, from, to, firstEntry, first, slot, stretch);
    }
  }

  private static int column(int vectors, int panel, int panels) {
    return (int) ((long) vectors * panel / panels) * Lanes.COUNT;
  }

  /** The first group of a cut: cuts have about equally many entries. */
  private static int rowAt(RowGroups rows, int block, int cut, int cuts) {
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

  private void store(RowGroups rows, int firstEntry, int entries, int slot, Part part) {
    int count = entries * rows.height();
    int sums = Panels.header(slot) + Panels.PARTIALS;
    for (int i = 0; i < count; i += LaneSums.COUNT) {
      // in place: what is written lies before what is still to be read
      LaneSums.of(sums + i * (int) Lanes.BYTES, sums + i * Float.BYTES);
    }
    int[] planned = rows.order();
    int height = rows.height();
    if (height > 1) {
      storeGroups(rows, firstEntry, entries, sums, part);
    } else if (planned == null && order == null) {
      long to = ((long) part.number * part.values + firstEntry) * Float.BYTES;
      MemorySegment.copy(Panels.MEMORY, sums, part.target, to, (long) count * Float.BYTES);
    } else {
      for (int i = 0; i < count; i++) {
        int value = planned == null ? firstEntry + i : planned[firstEntry + i];
        float sum = Panels.MEMORY.get(FLOAT, sums + (long) i * Float.BYTES);
        part.set(order == null ? value : order[value], sum);
      }
    }
  }

  private void storeGroups(RowGroups rows, int firstEntry, int entries, long sums, Part part) {
    int height = rows.height();
    long at = sums;
    for (int i = 0; i < entries; i++) {
      int first = rows.order()[firstEntry + i];
      for (int j = 0; j < height; j++) {
        int value = first + j * rows.stride();
        float sum = Panels.MEMORY.get(FLOAT, at);
        part.set(order == null ? value : order[value], sum);
        at += Float.BYTES;
      }
    }
  }
}
