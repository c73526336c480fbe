package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.PackedInt8;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A packed eight-bit weight times several columns: the entries of a few rows are unpacked a stretch
 * of columns at a time and run over a panel of the dense operand, as those of any sparse format do.
 * So the weight is read in its packed form, and positions not stored cost nothing.
 */
final class PackedProduct {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  /** Words of the bitmap per stretch, whose panel of four vectors the second-level cache holds. */
  private static final int STRETCH_WORDS = 4;

  private static final int STRETCH = STRETCH_WORDS * PackedInt8.WORD;

  /** Rows that are unpacked together, into what the first-level cache holds. */
  private static final int ROWS = 8;

  /** Tasks that keep some threads busy where few panels do not. */
  private static final int TASKS = 8;

  private static final int LEAST_ROWS = 32;

  private final PackedInt8 a;
  private final MemorySegment words;
  private final MemorySegment values;
  private final float[] scales;
  private final int wordsPerRow;
  private final PanelSource source;
  private final int n;
  private final SparseOutput output;
  private final int vectors;
  private final int pitch;

  PackedProduct(PackedInt8 a, Tensor b, SparseOutput output) {
    this.a = a;
    this.words = a.words().segment();
    this.values = a.values().segment();
    this.scales = a.scales().toFloatArray();
    this.wordsPerRow = a.words().dim(1);
    this.source = new MatrixPanels(b, STRETCH);
    this.n = b.dim(1);
    this.output = output;
    this.vectors = Math.min(EntryLoop.MOST_VECTORS, Math.ceilDiv(n, Lanes.COUNT));
    this.pitch = vectors * (int) Lanes.BYTES;
  }

  void run() {
    int width = vectors * Lanes.COUNT;
    int panels = Math.ceilDiv(n, width);
    int parts = Math.clamp(Math.min(TASKS / panels, a.rows() / LEAST_ROWS), 1, TASKS);
    int[] offsets = a.rowOffsets();
    Workers.run(
        panels * parts,
        task -> {
          int part = task % parts;
          int column = task / parts * width;
          int begin = RowBlocks.first(offsets, part, parts);
          int end = RowBlocks.first(offsets, part + 1, parts);
          panel(begin, end, column, Math.min(width, n - column));
        });
  }

  /** Rows {@code [begin, end)} of some columns, whose sums wait in a tile. */
  private void panel(int begin, int end, int column, int width) {
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      MemorySegment tile = scratch.work.floats((long) (end - begin) * vectors * Lanes.COUNT);
      int[] positions = new int[end - begin];
      System.arraycopy(a.rowOffsets(), begin, positions, 0, positions.length);
      var entries = new long[ROWS * STRETCH];
      output.columnBias(column, width, vectors, slot);
      boolean relu = output.isClampedInLoop();
      for (int word = 0; word == 0 || word < wordsPerRow; word += STRETCH_WORDS) {
        int taken = Math.clamp(wordsPerRow - word, 0, STRETCH_WORDS);
        if (taken > 0) {
          source.pack(word / STRETCH_WORDS, column, vectors, pitch, slot, scratch);
        }
        boolean first = word == 0;
        boolean last = word + STRETCH_WORDS >= wordsPerRow;
        long offset = -(long) begin * pitch;
        var result = new ResultRows(tile, offset, pitch, first, relu && last, output.rowBias());
        for (int row = begin; row < end; row += ROWS) {
          int[] starts = new int[ROWS + 1];
          int[] rows = new int[ROWS];
          int count = Math.min(ROWS, end - row);
          for (int i = 0; i < count; i++) {
            rows[i] = row + i;
            int at = starts[i];
            int found = unpack(row + i, word, taken, positions[row + i - begin], entries, at);
            starts[i + 1] = at + found;
            positions[row + i - begin] += found;
          }
          var groups = new RowGroups(1, rows, starts, null, null, 1);
          EntryLoop.of(vectors, first).run(groups, 0, 0, count, entries, slot, 0, result);
        }
      }
      output.store(tile, 0, pitch, begin, end - begin, column, width);
    } finally {
      Panels.release(slot);
    }
  }

  /** The entries of some words of a row as {@link EntryLoop} takes them; returns their number. */
  private int unpack(int row, int word, int count, int position, long[] entries, int at) {
    float scale = scales[row];
    int found = 0;
    for (int w = 0; w < count; w++) {
      long bits = words.getAtIndex(LONG, (long) row * wordsPerRow + word + w);
      int base = w * PackedInt8.WORD;
      while (bits != 0) {
        float value = scale * values.get(ValueLayout.JAVA_BYTE, (long) position + found);
        long place = (base + Long.numberOfTrailingZeros(bits)) * (long) pitch;
        entries[at + found] = (long) Float.floatToRawIntBits(value) << Integer.SIZE | place;
        found++;
        bits &= bits - 1;
      }
    }
    return found;
  }
}
