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
 * slot's panel and runs the rows of a over it; at the end it sums the lanes. Every entry's products
 * are added in one order, however tasks are cut.
 */
final class SampledProduct {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Multiply-adds worth more than one thread. */
  private static final long TASK_WORK = 256 * 1024;

  private final PanelPlan plan;
  private final RowGroups rows;
  private final LeftRows left;
  private final PanelSource source;
  private final int n;
  private final int[] order;
  private final MemorySegment out;

  /**
   * @param plan of a pattern whose rows have columns of their own
   * @param order for each entry of the pattern where its product goes; null if that is p
   */
  SampledProduct(
      PanelPlan plan, LeftRows left, PanelSource source, int n, int[] order, MemorySegment out) {
    this.plan = plan;
    this.rows = plan.groups().getFirst();
    this.left = left;
    this.source = source;
    this.n = n;
    this.order = order;
    this.out = out;
  }

  void run() {
    int cuts = cuts();
    Workers.run(plan.blocks() * cuts, task -> block(task / cuts, task % cuts, cuts));
  }

  /** Into how many tasks a block's rows are cut, so that sums fit and threads have work. */
  private int cuts() {
    int count = rows.rows().length;
    int largest = 0;
    for (int block = 0; block < plan.blocks(); block++) {
      int begin = rows.starts()[block * count];
      largest = Math.max(largest, rows.starts()[(block + 1) * count] - begin);
    }
    // a cut may have up to a row more than its share
    int cuts = Math.ceilDiv(largest, Panels.PARTIAL_COUNT - plan.blockColumns());
    int threads = Workers.threads();
    boolean small = (long) rows.entries() * n < TASK_WORK || plan.blocks() % threads == 0;
    return Math.max(1, small ? cuts : Math.max(cuts, Math.ceilDiv(2 * threads, plan.blocks())));
  }

  private void block(int block, int cut, int cuts) {
    int base = block * rows.rows().length;
    int from = rowAt(block, cut, cuts);
    int to = rowAt(block, cut + 1, cuts);
    int firstEntry = rows.starts()[base + from];
    int entries = rows.starts()[base + to] - firstEntry;
    if (entries == 0) {
      return;
    }
    var range = new GroupRange(rows.starts(), rows.rows(), base, from, to);
    int vectors = Math.ceilDiv(n, Lanes.COUNT);
    int panels = Math.ceilDiv(vectors, plan.vectors());
    int together = source.panelsTogether();
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      for (int panel = 0; panel < panels; panel++) {
        int begin = column(vectors, panel, panels);
        if (panel % together == 0) {
          int end = Math.min(n, column(vectors, Math.min(panels, panel + together), panels));
          source.prepare(block, begin, end - begin, scratch);
        }
        int taken = (column(vectors, panel + 1, panels) - begin) / Lanes.COUNT;
        int width = Math.min(n - begin, taken * Lanes.COUNT);
        source.pack(block, begin, taken, plan.pitch(), slot, scratch);
        var stretch = left.rows(begin, width, taken, from, to, scratch.work);
        DotLoop.of(taken).run(range, rows.places(), firstEntry, panel == 0, slot, stretch);
      }
      store(firstEntry, entries, slot, scratch.folded);
    } finally {
      Panels.release(slot);
    }
  }

  private static int column(int vectors, int panel, int panels) {
    return (int) ((long) vectors * panel / panels) * Lanes.COUNT;
  }

  /** The first row of a cut: cuts have about equally many entries. */
  private int rowAt(int block, int cut, int cuts) {
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

  private void store(int firstEntry, int entries, int slot, MemorySegment folded) {
    int[] planned = rows.order();
    long sums = Panels.header(slot) + (long) Panels.PARTIALS;
    for (int i = 0; i < entries; i += LaneSums.COUNT) {
      LaneSums.of(Panels.MEMORY, sums + i * Lanes.BYTES, folded);
      int count = Math.min(LaneSums.COUNT, entries - i);
      for (int j = 0; j < count; j++) {
        int p = firstEntry + i + j;
        int entry = planned == null ? p : planned[p];
        out.setAtIndex(FLOAT, order == null ? entry : order[entry], LaneSums.get(folded, j));
      }
    }
  }
}
