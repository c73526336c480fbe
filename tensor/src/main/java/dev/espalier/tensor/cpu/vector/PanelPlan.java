package dev.espalier.tensor.cpu.vector;

import java.util.ArrayList;
import java.util.List;

/**
 * How a sparse product walks a pattern: its columns in blocks whose rows of the dense operand fill
 * a panel, its rows in groups that share their columns.
 *
 * <p>A panel that fits the first-level cache is read at full speed, but every row of the result
 * starts and ends once per block, so that sparser patterns get larger blocks.
 *
 * @param blockColumns columns per block, the last may have less
 * @param vectors most vectors per row of a panel
 * @param kept values that came more than once, filled in
 */
record PanelPlan(
    int blockColumns, int blocks, int vectors, List<RowGroups> groups, FilledGroups.Kept kept) {
  /**
   * What a panel may take of the caches: the first level for rows on their own, up to a quarter of
   * the second where rows share each load and so ask for less.
   */
  private static final int[] CACHE_BYTES = {0, 32 * 1024, 32 * 1024, 0, 256 * 1024};

  /** Multiply-adds per vector of a group and block that outweigh its start and end. */
  private static final int LEAST_WORK = 26;

  /** What a panel of a sampled product may take of the second-level cache, beside the sums. */
  private static final int SAMPLED_BYTES = 64 * 1024;

  /** Entries of a group and block that outweigh loading the group's rows. */
  private static final int SAMPLED_WORK = 8;

  /** Bytes from one row of a panel to the next. */
  int pitch() {
    return vectors * (int) Lanes.BYTES;
  }

  /** The plan for panels of at most {@code vectors} vectors. */
  static PanelPlan of(BlockColumns pattern, int vectors) {
    return of(pattern, vectors, blockColumns(pattern, vectors * (int) Lanes.BYTES));
  }

  /** The plan of a sampled product for stretches of at most {@code vectors} vectors. */
  static PanelPlan sampled(BlockColumns pattern, int vectors) {
    int pitch = vectors * (int) Lanes.BYTES;
    long entriesPerRow = pattern.columns().length / Math.max(1, pattern.blockRows());
    long worthwhile = (long) SAMPLED_WORK * pattern.width() / Math.max(1, entriesPerRow);
    // so that the sums of one group are at most half of what a slot has room for
    long most = Panels.PARTIAL_COUNT / (2 * GroupLoop.MOST_ROWS);
    long wanted = Math.min(most, Math.max(SAMPLED_BYTES / pitch, worthwhile));
    return of(pattern, vectors, evenly(pattern.width(), wanted, pitch));
  }

  private static PanelPlan of(BlockColumns pattern, int vectors, int columns) {
    int pitch = vectors * (int) Lanes.BYTES;
    int blocks = Math.max(1, Math.ceilDiv(pattern.width(), columns));
    List<RowGroups> groups = new ArrayList<>();
    int row = 0;
    for (int height = GroupLoop.MOST_ROWS; height >= 1; height /= 2) {
      int last = pattern.blockHeight() - height;
      List<Integer> within = new ArrayList<>();
      for (; row <= last; row += height) {
        within.add(row);
      }
      if (!within.isEmpty()) {
        groups.add(groups(pattern, height, within, columns, blocks, pitch));
      }
    }
    return new PanelPlan(columns, blocks, vectors, List.copyOf(groups), new FilledGroups.Kept());
  }

  private static int blockColumns(BlockColumns pattern, int pitch) {
    long entriesPerRow = pattern.columns().length / Math.max(1, pattern.blockRows());
    int sharing = Integer.highestOneBit(Math.min(pattern.blockHeight(), GroupLoop.MOST_ROWS));
    long worthwhile = (long) LEAST_WORK / sharing * pattern.width() / Math.max(1, entriesPerRow);
    return evenly(pattern.width(), Math.max(CACHE_BYTES[sharing] / pitch, worthwhile), pitch);
  }

  /** Blocks of equal size of about as many columns as are wanted, if a panel holds them. */
  private static int evenly(int width, long wanted, int pitch) {
    int columns = (int) Math.min(Panels.PANEL_BYTES / pitch, wanted);
    int blocks = Math.max(1, Math.ceilDiv(width, columns));
    return Math.max(1, Math.ceilDiv(width, blocks));
  }

  private static RowGroups groups(
      BlockColumns pattern,
      int height,
      List<Integer> within,
      int blockColumns,
      int blocks,
      int pitch) {
    int perBlockRow = within.size();
    int count = pattern.blockRows() * perBlockRow;
    int[] rows = new int[count];
    int[] starts = new int[blocks * count + 1];
    int[] rowOffsets = pattern.rowOffsets();
    int[] columns = pattern.columns();
    int width = pattern.blockWidth();
    for (int g = 0; g < count; g++) {
      int blockRow = g / perBlockRow;
      rows[g] = blockRow * pattern.blockHeight() + within.get(g % perBlockRow);
      for (int e = rowOffsets[blockRow] * width; e < rowOffsets[blockRow + 1] * width; e++) {
        starts[columns[e] / blockColumns * count + g + 1]++;
      }
    }
    for (int i = 0; i < blocks * count; i++) {
      starts[i + 1] += starts[i];
    }
    int[] places = new int[starts[blocks * count]];
    int[] order = new int[places.length];
    int[] next = starts.clone();
    boolean inOrder = height == 1;
    for (int g = 0; g < count; g++) {
      int blockRow = g / perBlockRow;
      int inBlock = within.get(g % perBlockRow);
      for (int e = rowOffsets[blockRow] * width; e < rowOffsets[blockRow + 1] * width; e++) {
        int block = columns[e] / blockColumns;
        int at = next[block * count + g]++;
        places[at] = (columns[e] - block * blockColumns) * pitch;
        order[at] = (e / width * pattern.blockHeight() + inBlock) * width + e % width;
        inOrder &= order[at] == at;
      }
    }
    return new RowGroups(height, rows, starts, places, inOrder ? null : order, width);
  }
}
