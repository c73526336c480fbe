package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.PackedInt8;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A packed eight-bit weight times one vector: lanes lie along the weight's columns, and a piece of
 * the bitmap is the mask that gathers those elements of the vector which meet the next bytes. What
 * bounds it is that gathering and the conversion of the bytes, not the memory that the weight is
 * read from.
 */
final class PackedVector implements IntConsumer {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;
  private static final MemorySegment PANELS = Panels.MEMORY;

  /** As many bytes as lanes, or the least that a vector holds. */
  private static final VectorSpecies<Byte> BYTES =
      Lanes.COUNT == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  /** Words whose columns of the vector a slot's panel holds. */
  private static final int SLICE_WORDS = Panels.PANEL_BYTES / Float.BYTES / PackedInt8.WORD;

  /** One bit per lane. */
  private static final long ALL = (1L << Lanes.COUNT) - 1;

  /** Entries worth a task. */
  private static final long TASK_ENTRIES = 32 * 1024;

  private static final int MANY_TASKS = 16;

  private PackedInt8 a;
  private MemorySegment words;
  private MemorySegment values;
  private MemorySegment scales;
  private int wordsPerRow;
  private Tensor x;
  private SparseOutput output;
  private int tasks;

  PackedVector set(PackedInt8 a, Tensor x, SparseOutput output) {
    this.a = a;
    this.words = a.words().segment();
    this.values = a.values().segment();
    this.scales = a.scales().segment();
    this.wordsPerRow = a.words().dim(1);
    this.x = x;
    this.output = output;
    this.tasks = Math.clamp(a.nnz() / TASK_ENTRIES, 1, MANY_TASKS);
    return this;
  }

  void run() {
    Workers.run(tasks, this);
  }

  /** Computes some rows. */
  @Override
  public void accept(int task) {
    int[] offsets = a.rowOffsets();
    rows(RowBlocks.first(offsets, task, tasks), RowBlocks.first(offsets, task + 1, tasks));
  }

  private void rows(int begin, int end) {
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      MemorySegment sums = scratch.work.floats(end - begin);
      VectorFill.floats(sums, 0, end - begin, 0);
      int[] positions = UnpackedRows.own().positions(a.rowOffsets(), begin, end);
      for (int word = 0; word < wordsPerRow; word += SLICE_WORDS) {
        int taken = Math.min(SLICE_WORDS, wordsPerRow - word);
        load(word, taken, slot);
        for (int row = begin; row < end; row++) {
          long from = (long) row * wordsPerRow + word;
          int position = positions[row - begin];
          float sum = sums.getAtIndex(ValueLayout.JAVA_FLOAT, row - begin);
          sum += product(words, from, taken, values, position, slot);
          sums.setAtIndex(ValueLayout.JAVA_FLOAT, row - begin, sum);
          positions[row - begin] += entries(from, taken);
        }
      }
      long factors = (long) begin * Float.BYTES;
      Loops.MULTIPLY.run(sums, 0, scales, factors, 0, 0, sums, 0, end - begin);
      output.writeColumn(sums, begin, end - begin);
    } finally {
      Panels.release(slot);
    }
  }

  /** The vector's elements of some words, with zeros behind the last. */
  private void load(int word, int count, int slot) {
    long panel = Panels.panel(slot);
    int from = word * PackedInt8.WORD;
    int taken = Math.min(count * PackedInt8.WORD, a.columns() - from);
    MemorySegment source = x.segment();
    Packing.copyStrided(
        source, from * x.stride(0) * Float.BYTES, x.stride(0), PANELS, panel, 1, taken);
    long rest = (long) count * PackedInt8.WORD - taken;
    VectorFill.floats(PANELS, panel + (long) taken * Float.BYTES, rest, 0);
  }

  private int entries(long word, int count) {
    int sum = 0;
    for (int w = 0; w < count; w++) {
      sum += Long.bitCount(words.getAtIndex(LONG, word + w));
    }
    return sum;
  }

  /** Bytes behind those of a piece meet zeros. */
  private static float product(
      MemorySegment words, long word, int count, MemorySegment values, int position, int slot) {
    int header = Panels.header(slot);
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long at = position;
    int place = 0;
    for (int w = 0; w < count; w++) {
      long bits = words.getAtIndex(LONG, word + w);
      for (int lane = 0; lane < PackedInt8.WORD; lane += 4 * Lanes.COUNT) {
        long panel = (long) header + (place & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
        VectorMask<Float> m0 = VectorMask.fromLong(S, bits);
        VectorMask<Float> m1 = VectorMask.fromLong(S, bits >>> Lanes.COUNT);
        VectorMask<Float> m2 = VectorMask.fromLong(S, bits >>> (2 * Lanes.COUNT));
        VectorMask<Float> m3 = VectorMask.fromLong(S, bits >>> (3 * Lanes.COUNT));
        long one = Long.bitCount(bits & ALL);
        long two = Long.bitCount(bits & ALL << Lanes.COUNT);
        long three = Long.bitCount(bits & ALL << 2 * Lanes.COUNT);
        long four = Long.bitCount(bits & ALL << 3 * Lanes.COUNT);
        FloatVector q0 =
            (FloatVector)
                ByteVector.fromMemorySegment(BYTES, values, at, Lanes.ORDER)
                    .convertShape(VectorOperators.B2F, S, 0);
        FloatVector q1 =
            (FloatVector)
                ByteVector.fromMemorySegment(BYTES, values, at + one, Lanes.ORDER)
                    .convertShape(VectorOperators.B2F, S, 0);
        FloatVector q2 =
            (FloatVector)
                ByteVector.fromMemorySegment(BYTES, values, at + one + two, Lanes.ORDER)
                    .convertShape(VectorOperators.B2F, S, 0);
        FloatVector q3 =
            (FloatVector)
                ByteVector.fromMemorySegment(BYTES, values, at + one + two + three, Lanes.ORDER)
                    .convertShape(VectorOperators.B2F, S, 0);
        FloatVector x0 = FloatVector.fromMemorySegment(S, PANELS, panel, Lanes.ORDER);
        FloatVector x1 = FloatVector.fromMemorySegment(S, PANELS, panel + V, Lanes.ORDER);
        FloatVector x2 = FloatVector.fromMemorySegment(S, PANELS, panel + 2 * V, Lanes.ORDER);
        FloatVector x3 = FloatVector.fromMemorySegment(S, PANELS, panel + 3 * V, Lanes.ORDER);
        s0 = q0.fma(x0.compress(m0), s0);
        s1 = q1.fma(x1.compress(m1), s1);
        s2 = q2.fma(x2.compress(m2), s2);
        s3 = q3.fma(x3.compress(m3), s3);
        at += one + two + three + four;
        place += 4 * (int) Lanes.BYTES;
        bits = Lanes.COUNT == 16 ? 0 : bits >>> 4 * Lanes.COUNT;
      }
    }
    return Lanes.sum(s0.add(s1).add(s2.add(s3)));
  }
}
