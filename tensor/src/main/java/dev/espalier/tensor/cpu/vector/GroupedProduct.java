package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A sparse matrix times a dense one, {@code c = epilogue(A b + beta c)}, in float32.
 *
 * <p>The columns of b are cut into panels of at most four vectors, A's columns into blocks as the
 * {@link PanelPlan} says. A task owns a panel and a chunk of rows: block by block it packs the
 * panel's rows next to each other into its slot of {@link Panels} and runs the rows over it; the
 * sums wait in the result, or in a tile that the second-level cache holds. Each sum takes the
 * entries of its row in one order, wherever panels and chunks are cut.
 */
final class GroupedProduct implements IntConsumer {
  /** Rows of a chunk, so that their sums stay in the second-level cache. */
  private static final int CHUNK_ROWS = 512;

  /** Rows of all panels of a task. */
  private static final long TILE_ROWS = 2048;

  /** Multiply-adds worth more than one thread. */
  private static final long TASK_WORK = 256 * 1024;

  /** Panels per thread beyond which rows need not be cut. */
  private static final int MANY_TASKS = 4;

  private BlockColumns pattern;
  private PanelPlan plan;
  private FilledGroups values;
  private PanelSource source;
  private int n;
  private ProductSink sink;

  /** How the product is cut: a task is a chunk of rows of some panels. */
  private int panels;

  private int together;
  private int chunks;

  GroupedProduct set(
      BlockColumns pattern,
      PanelPlan plan,
      FilledGroups values,
      PanelSource source,
      int n,
      ProductSink sink) {
    this.pattern = pattern;
    this.plan = plan;
    this.values = values;
    this.source = source;
    this.n = n;
    this.sink = sink;
    return this;
  }

  void run() {
    int vectors = Math.ceilDiv(n, Lanes.COUNT);
    int rows = pattern.blockRows() * pattern.blockHeight();
    panels = Math.ceilDiv(vectors, plan.vectors());
    together = panelsTogether(rows);
    int stretches = Math.ceilDiv(panels, together);
    chunks = chunks(stretches);
    Workers.run(stretches * chunks, this);
  }

  /** Computes a chunk of rows of some panels. */
  @Override
  public void accept(int task) {
    int[] offsets = pattern.rowOffsets();
    // the panels of a chunk follow each other: its entries stay in the second-level cache
    int stretches = Math.ceilDiv(panels, together);
    int chunk = task / stretches;
    int panel = task % stretches * together;
    int begin = RowBlocks.first(offsets, chunk, chunks) * pattern.blockHeight();
    int end = RowBlocks.first(offsets, chunk + 1, chunks) * pattern.blockHeight();
    panels(panel, Math.min(panel + together, panels), begin, end);
  }

  /**
   * As many as the source can hold and as keep their sums in the second-level cache, but not so
   * many that threads go without.
   */
  private int panelsTogether(int rows) {
    long most = Math.min(source.panelsTogether(), TILE_ROWS / Math.clamp(rows, 1, CHUNK_ROWS));
    return (int) Math.max(1, Math.min(most, panels / (2L * Workers.threads())));
  }

  /**
   * Into how many chunks rows are cut: few, since each of them packs its panels anew. No sum
   * depends on it.
   */
  private int chunks(int stretches) {
    int least = Math.max(1, Math.ceilDiv(pattern.blockRows() * pattern.blockHeight(), CHUNK_ROWS));
    int threads = Workers.threads();
    long work = pattern.entries(0, pattern.blockRows()) * n;
    int tasks = stretches * least;
    if (tasks % threads == 0 || tasks >= MANY_TASKS * threads || work < TASK_WORK) {
      return least;
    }
    return Math.max(least, Math.ceilDiv(2 * threads, stretches));
  }

  /** Where a panel begins. */
  private int column(int panel) {
    int vectors = Math.ceilDiv(n, Lanes.COUNT);
    return (int) ((long) vectors * panel / panels) * Lanes.COUNT;
  }

  /** Rows {@code [begin, end)} of panels {@code [from, to)}. */
  private void panels(int from, int to, int begin, int end) {
    if (begin == end) {
      return;
    }
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      int first = column(from);
      int last = column(to);
      int height = end - begin;
      MemorySegment tile = scratch.work.floats((long) height * (last - first));
      for (int block = 0; block < plan.blocks(); block++) {
        source.prepare(block, first, Math.min(n, last) - first, scratch);
        for (int panel = from; panel < to; panel++) {
          int column = column(panel);
          int vectors = (column(panel + 1) - column) / Lanes.COUNT;
          long shift = (long) (column - first) * height * Float.BYTES;
          source.pack(block, column, vectors, plan.pitch(), slot, scratch);
          panel(block, column, vectors, begin, end, slot, tile, shift, scratch);
        }
      }
    } finally {
      Panels.release(slot);
    }
  }

  /** One block times the panel of {@code vectors} vectors from {@code column} on. */
  private void panel(
      int block,
      int column,
      int vectors,
      int begin,
      int end,
      int slot,
      MemorySegment tile,
      long shift,
      Scratch scratch) {
    int width = Math.min(n - column, vectors * Lanes.COUNT);
    long tilePitch = vectors * Lanes.BYTES;
    boolean direct = sink.isDirect(column, width) && width == vectors * Lanes.COUNT;
    boolean first = block == 0;
    boolean last = block == plan.blocks() - 1;
    if (first) {
      sink.columnBias(column, width, vectors, slot);
    }
    MemorySegment data = direct ? sink.segment() : tile;
    long offset = direct ? sink.offset(0, column) : shift - begin * tilePitch;
    long pitch = direct ? sink.pitch() : tilePitch;
    boolean relu = sink.isClampedInLoop() && last;
    boolean apart = pattern.blockHeight() > 1;
    ResultRows rows = scratch.rows.set(data, offset, pitch, first, relu && !apart, sink.rowBias());
    List<RowGroups> all = plan.groups();
    for (int i = 0; i < all.size(); i++) {
      RowGroups groups = all.get(i);
      int base = groups.base(block);
      int from = groups.groupAt(begin);
      values.multiply(groups, base, from, groups.groupAt(end), vectors, slot, rows);
    }
    if (relu && apart) {
      RowClamp.run(rows, begin, end, vectors);
    }
    if (last && !direct) {
      sink.store(tile, shift, tilePitch, begin, end - begin, column, width);
    }
  }
}
