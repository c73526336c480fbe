package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.PackedInt8;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;

/**
 * A packed eight-bit weight times several columns: the entries of a few rows are unpacked a stretch
 * of columns at a time and run over a panel of the dense operand, as those of any sparse format do.
 * So the weight is read in its packed form, and positions not stored cost nothing.
 */
final class PackedProduct implements IntConsumer {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  /** Words of the bitmap per stretch, whose panel of four vectors the second-level cache holds. */
  private static final int STRETCH_WORDS = 4;

  /** Columns per stretch. */
  static final int STRETCH = STRETCH_WORDS * PackedInt8.WORD;

  /** Tasks that keep some threads busy where few panels do not. */
  private static final int TASKS = 8;

  private static final int LEAST_ROWS = 32;

  private PackedInt8 a;
  private MemorySegment words;
  private MemorySegment values;
  private MemorySegment scales;
  private int wordsPerRow;
  private final MatrixPanels source = new MatrixPanels();
  private int n;
  private SparseOutput output;
  private int vectors;
  private int pitch;
  private int panels;
  private int parts;

  PackedProduct set(PackedInt8 a, Tensor b, SparseOutput output) {
    this.a = a;
    this.words = a.words().segment();
    this.values = a.values().segment();
    this.scales = a.scales().segment();
    this.wordsPerRow = a.words().dim(1);
    this.source.set(b, STRETCH);
    this.n = b.dim(1);
    this.output = output;
    this.vectors = Math.min(EntryLoop.MOST_VECTORS, Math.ceilDiv(n, Lanes.COUNT));
    this.pitch = vectors * (int) Lanes.BYTES;
    this.panels = Math.ceilDiv(n, vectors * Lanes.COUNT);
    this.parts = Math.clamp(Math.min(TASKS / panels, a.rows() / LEAST_ROWS), 1, TASKS);
    return this;
  }

  void run() {
    Workers.run(panels * parts, this);
  }

  /** Computes a part of the rows of a panel. */
  @Override
  public void accept(int task) {
    int width = vectors * Lanes.COUNT;
    int part = task % parts;
    int column = task / parts * width;
    int begin = RowBlocks.first(a.rowOffsets(), part, parts);
    int end = RowBlocks.first(a.rowOffsets(), part + 1, parts);
    panel(begin, end, column, Math.min(width, n - column));
  }

  /** Rows {@code [begin, end)} of some columns, whose sums wait in a tile. */
  private void panel(int begin, int end, int column, int width) {
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      MemorySegment tile = scratch.work.floats((long) (end - begin) * vectors * Lanes.COUNT);
      UnpackedRows unpacked = UnpackedRows.own();
      int[] positions = unpacked.positions(a.rowOffsets(), begin, end);
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
        ResultRows result =
            scratch.rows.set(tile, offset, pitch, first, relu && last, output.rowBias());
        for (int row = begin; row < end; row += UnpackedRows.ROWS) {
          int count = Math.min(UnpackedRows.ROWS, end - row);
          for (int i = 0; i < count; i++) {
            int position = positions[row + i - begin];
            int at = unpacked.begin(i);
            int found = unpack(row + i, word, taken, position, unpacked.entries, at);
            unpacked.set(i, row + i, found);
            positions[row + i - begin] += found;
          }
          EntryLoop.of(vectors, first)
              .run(unpacked.groups, 0, 0, count, unpacked.entries, slot, 0, result);
        }
      }
      output.store(tile, 0, pitch, begin, end - begin, column, width);
    } finally {
      Panels.release(slot);
    }
  }

  /** The entries of some words of a row as {@link EntryLoop} takes them; returns their number. */
  private int unpack(int row, int word, int count, int position, long[] entries, int at) {
    float scale = scales.getAtIndex(ValueLayout.JAVA_FLOAT, row);
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
