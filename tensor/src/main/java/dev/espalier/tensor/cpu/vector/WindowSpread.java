package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.PoolSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The way back through windows that do not overlap and have no padding: every element of the input
 * lies under one output at most. A plane of the input's gradient is written in steps of a vector,
 * whose lanes pick their outputs from one vector by a table.
 */
final class WindowSpread {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final VectorSpecies<Integer> INTS = Lanes.INTS;
  private static final long V = Lanes.BYTES;

  /** The tables take longer to make than to use once. */
  private static final Map<Key, WindowSpread> KNOWN = new ConcurrentHashMap<>();

  private static final int MOST_KNOWN = 64;

  private record Key(PoolSpec spec, int height, int width) {}

  private final int width;
  private final long plane;
  private final long outPlane;
  private final PoolSpec spec;
  private final int outHeight;
  private final int outWidth;

  /** Per step: its place in the plane, the first output it reads, and where its table begins. */
  private int[] places = new int[0];

  private int[] sources = new int[0];
  private int[] starts = new int[0];

  /** Lane by lane the output relative to the step's first, or -1. */
  private int[] tables = new int[0];

  private WindowSpread(PoolSpec spec, int height, int width) {
    this.spec = spec;
    this.width = width;
    this.plane = (long) height * width;
    this.outHeight = spec.outHeight(height);
    this.outWidth = spec.outWidth(width);
    this.outPlane = (long) outHeight * outWidth;
  }

  /** Null where windows overlap or have padding. */
  static WindowSpread of(PoolSpec spec, int height, int width) {
    var key = new Key(spec, height, width);
    WindowSpread known = KNOWN.get(key);
    if (known == null) {
      known = make(spec, height, width);
      if (known != null) {
        if (KNOWN.size() >= MOST_KNOWN) {
          KNOWN.clear();
        }
        KNOWN.put(key, known);
      }
    }
    return known;
  }

  private static WindowSpread make(PoolSpec spec, int height, int width) {
    boolean isApart =
        spec.kernelH() <= spec.strideH()
            && spec.kernelW() <= spec.strideW()
            && spec.padH() == 0
            && spec.padW() == 0;
    long plane = (long) height * width;
    if (!isApart || plane == 0 || plane > Integer.MAX_VALUE - Lanes.COUNT) {
      return null;
    }
    var spread = new WindowSpread(spec, height, width);
    if (!spread.makeSteps((int) plane, Lanes.COUNT)
        && !spread.makeSteps(width, spread.alignedStep())) {
      return null;
    }
    return spread;
  }

  /**
   * Lanes of a step such that all steps of a row have the same table, if there is such a number.
   */
  private int alignedStep() {
    int stride = spec.strideW();
    return stride <= Lanes.COUNT ? Lanes.COUNT / stride * stride : Lanes.COUNT;
  }

  /**
   * Cuts each run of a plane into steps.
   *
   * @return false if the outputs under some step do not lie in one vector
   */
  private boolean makeSteps(int run, int step) {
    List<int[]> distinct = new ArrayList<>();
    int perRun = (run + step - 1) / step;
    int count = (int) (plane / run) * perRun;
    int[] at = new int[count];
    int[] from = new int[count];
    int[] start = new int[count];
    for (int i = 0; i < count; i++) {
      at[i] = i / perRun * run + i % perRun * step;
      int lanes = Math.min(step, run - i % perRun * step);
      int[] table = new int[Lanes.COUNT];
      Arrays.fill(table, -1);
      int least = Integer.MAX_VALUE;
      int most = 0;
      for (int lane = 0; lane < lanes; lane++) {
        table[lane] = output(at[i] + lane);
        if (table[lane] >= 0) {
          least = Math.min(least, table[lane]);
          most = Math.max(most, table[lane]);
        }
      }
      if (least < Integer.MAX_VALUE) {
        if (most - least >= Lanes.COUNT) {
          return false;
        }
        from[i] = least;
        for (int lane = 0; lane < lanes; lane++) {
          table[lane] = table[lane] < 0 ? -1 : table[lane] - least;
        }
      }
      start[i] = Lanes.COUNT * indexOf(distinct, table);
    }
    places = at;
    sources = from;
    starts = start;
    tables = distinct.stream().flatMapToInt(Arrays::stream).toArray();
    return true;
  }

  /** The output over an element, or -1. */
  private int output(int element) {
    int row = element / width;
    int column = element % width;
    int outRow = row / spec.strideH();
    int outColumn = column / spec.strideW();
    boolean isCovered =
        outRow < outHeight
            && outColumn < outWidth
            && row % spec.strideH() < spec.kernelH()
            && column % spec.strideW() < spec.kernelW();
    return isCovered ? outRow * outWidth + outColumn : -1;
  }

  private static int indexOf(List<int[]> tables, int[] table) {
    for (int i = tables.size() - 1; i >= 0; i--) {
      if (Arrays.equals(tables.get(i), table)) {
        return i;
      }
    }
    tables.add(table);
    return tables.size() - 1;
  }

  /** How many of the first planes may be done here: loads run past the outputs of the last ones. */
  long planesWithin(MemorySegment outputs) {
    long floats = outputs.byteSize() / Float.BYTES - Lanes.COUNT;
    return floats < 0 ? 0 : floats / outPlane;
  }

  /** {@code dx[indices[i]] = dy[i]}, zero elsewhere, in planes {@code [first, last)}. */
  void toIndices(MemorySegment dy, MemorySegment indices, MemorySegment dx, long first, long last) {
    IntVector iota = IntVector.zero(INTS).addIndex(1);
    FloatVector zero = FloatVector.zero(S);
    long end = last * plane * Float.BYTES;
    for (long p = first; p < last; p++) {
      for (int step = 0; step < places.length; step++) {
        long from = (p * outPlane + sources[step]) * Float.BYTES;
        IntVector table = IntVector.fromArray(INTS, tables, starts[step]);
        IntVector gradient = IntVector.fromMemorySegment(INTS, dy, from, Lanes.ORDER);
        IntVector index = IntVector.fromMemorySegment(INTS, indices, from, Lanes.ORDER);
        VectorMask<Integer> hit =
            table.selectFrom(index).compare(VectorOperators.EQ, iota.add(places[step]));
        FloatVector result =
            zero.blend(table.selectFrom(gradient).reinterpretAsFloats(), hit.cast(S));
        long to = (p * plane + places[step]) * Float.BYTES;
        if (to + V <= end) {
          result.intoMemorySegment(dx, to, Lanes.ORDER);
        } else {
          result.intoMemorySegment(
              dx, to, Lanes.ORDER, S.indexInRange(0, (end - to) / Float.BYTES));
        }
      }
    }
  }

  /** {@code dx = factor dy} under each window, zero elsewhere. */
  void toWindows(MemorySegment dy, float factor, MemorySegment dx, long first, long last) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector scale = FloatVector.broadcast(S, factor);
    long end = last * plane * Float.BYTES;
    for (long p = first; p < last; p++) {
      for (int step = 0; step < places.length; step++) {
        long from = (p * outPlane + sources[step]) * Float.BYTES;
        IntVector table = IntVector.fromArray(INTS, tables, starts[step]);
        IntVector gradient = IntVector.fromMemorySegment(INTS, dy, from, Lanes.ORDER);
        FloatVector share = table.selectFrom(gradient).reinterpretAsFloats().mul(scale);
        FloatVector result = zero.blend(share, table.compare(VectorOperators.GE, 0).cast(S));
        long to = (p * plane + places[step]) * Float.BYTES;
        if (to + V <= end) {
          result.intoMemorySegment(dx, to, Lanes.ORDER);
        } else {
          result.intoMemorySegment(
              dx, to, Lanes.ORDER, S.indexInRange(0, (end - to) / Float.BYTES));
        }
      }
    }
  }
}
