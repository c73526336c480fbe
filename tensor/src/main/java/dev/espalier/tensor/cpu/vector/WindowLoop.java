package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loop of pooling over windows. Each output vector is stored whole, and what its last lanes
 * spoil behind its own outputs is written right by the vectors that follow.
 */
interface WindowLoop {
  /** What becomes of the elements of a window. */
  enum Result {
    LARGEST,
    LARGEST_AND_INDEX,
    MEAN
  }

  /**
   * What a copy of the loop is made for; extents that are constants let the compiler write the
   * window out.
   *
   * @param kernelH 0 for any
   * @param kernelW 0 for any
   * @param adjacent see {@link WindowGrid#isAdjacent}
   */
  record Kind(Result result, int kernelH, int kernelW, boolean adjacent) {}

  /**
   * Source rows and planes follow each other; {@code from} is that of the first output row, in
   * bytes, {@code to} likewise.
   *
   * @param planes how many; 1 unless all rows are asked for
   * @param firstRow of the output
   * @param lastRow exclusive
   * @param indices null unless the loop finds them
   * @return false if a result may be wrong because a NaN was met or infinities were
   */
  boolean run(
      WindowGrid grid,
      MemorySegment x,
      long from,
      long planes,
      int firstRow,
      int lastRow,
      MemorySegment out,
      MemorySegment indices,
      long to);

  static WindowLoop of(Result result, WindowGrid grid) {
    int kernelH = grid.spec().kernelH();
    int kernelW = grid.spec().kernelW();
    boolean isSmall = kernelH <= 3 && kernelW <= 3;
    Kind kind = new Kind(result, isSmall ? kernelH : 0, isSmall ? kernelW : 0, grid.isAdjacent());
    return Copies.LOOPS.computeIfAbsent(
        kind, k -> Specialized.copy(Template.class, WindowLoop.class, k));
  }

  /** The copies made so far. */
  final class Copies {
    private static final Map<Kind, WindowLoop> LOOPS = new ConcurrentHashMap<>();

    private Copies() {}
  }

  /** Copied for each kind; every operation in the method, as in {@link EntryLoop}. */
  final class Template implements WindowLoop {
    private static final Kind KIND = Specialized.operation(MethodHandles.lookup(), Kind.class);
    private static final Result RESULT = KIND == null ? null : KIND.result();
    private static final int KERNEL_H = KIND == null ? 0 : KIND.kernelH();
    private static final int KERNEL_W = KIND == null ? 0 : KIND.kernelW();
    private static final boolean ADJACENT = KIND != null && KIND.adjacent();
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final VectorSpecies<Integer> INTS = Lanes.INTS;
    private static final long V = Lanes.BYTES;

    @Override
    public boolean run(
        WindowGrid grid,
        MemorySegment x,
        long from,
        long planes,
        int firstRow,
        int lastRow,
        MemorySegment out,
        MemorySegment indices,
        long to) {
      return run(
          x,
          from,
          (long) grid.width() * Float.BYTES,
          grid.plane() * Float.BYTES,
          planes,
          grid.planes(),
          firstRow,
          lastRow,
          grid.rows(),
          grid.outWidth(),
          grid.columns(),
          KERNEL_H > 0 ? KERNEL_H : grid.spec().kernelH(),
          KERNEL_W > 0 ? KERNEL_W : grid.spec().kernelW(),
          grid.spec().strideH(),
          grid.spec().strideW(),
          grid.firstCorner(),
          grid.inputWidth(),
          grid.places(),
          grid.corners(),
          out,
          indices,
          to);
    }

    private static boolean run(
        MemorySegment x,
        long from,
        long pitch,
        long planePitch,
        long planes,
        int planeStep,
        int firstRow,
        int lastRow,
        int rowStep,
        int outWidth,
        int columnStep,
        int kernelH,
        int kernelW,
        int strideH,
        int strideW,
        int firstCorner,
        int inputWidth,
        int[] places,
        int[] corners,
        MemorySegment out,
        MemorySegment indices,
        long to) {
      IntVector pick = IntVector.fromArray(INTS, places, 0);
      IntVector pickNext = pick.add(1);
      IntVector laneCorners = IntVector.fromArray(INTS, corners, 0);
      FloatVector lowest = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
      FloatVector zero = FloatVector.zero(S);
      float factor = (float) (1.0 / ((double) kernelH * kernelW));
      // NaN once a NaN, or both infinities, have been seen
      FloatVector suspect = zero;
      long outRow = (long) outWidth * Float.BYTES;
      long outPlane = (lastRow - firstRow) * outRow;
      long end = to + planes * outPlane;
      for (long plane = 0; plane < planes; plane += planeStep) {
        for (int row = firstRow; row < lastRow; row += rowStep) {
          long line = from + plane * planePitch + (long) (row - firstRow) * strideH * pitch;
          long target = to + plane * outPlane + (row - firstRow) * outRow;
          int lineCorner = firstCorner + row * strideH * inputWidth;
          for (int column = 0; column < outWidth; column += columnStep) {
            long corner = line + (long) column * strideW * Float.BYTES;
            FloatVector best = RESULT == Result.MEAN ? zero : lowest;
            IntVector index = laneCorners;
            if (RESULT == Result.LARGEST_AND_INDEX) {
              for (int h = 0; h < kernelH; h++) {
                long at = corner + h * pitch;
                for (int w = 0; w < kernelW; w += 2) {
                  IntVector low = load(x, at + (long) w * Float.BYTES);
                  IntVector high = ADJACENT ? low : load(x, at + (long) w * Float.BYTES + V);
                  FloatVector v =
                      (ADJACENT ? low : pick.selectFrom(low, high)).reinterpretAsFloats();
                  VectorMask<Float> wins = v.compare(VectorOperators.GT, best);
                  best = best.blend(v, wins);
                  index = index.blend(laneCorners.add(h * inputWidth + w), wins.cast(INTS));
                  suspect = suspect.add(v);
                  if (w + 1 < kernelW) {
                    FloatVector next =
                        (ADJACENT
                                ? load(x, at + (w + 1L) * Float.BYTES)
                                : pickNext.selectFrom(low, high))
                            .reinterpretAsFloats();
                    VectorMask<Float> nextWins = next.compare(VectorOperators.GT, best);
                    best = best.blend(next, nextWins);
                    index =
                        index.blend(laneCorners.add(h * inputWidth + w + 1), nextWins.cast(INTS));
                    suspect = suspect.add(next);
                  }
                }
              }
              // the first of a window without any larger element would be its corner
              suspect = best.fma(zero, suspect);
            } else {
              for (int w = 0; w < kernelW; w += ADJACENT ? 1 : 2) {
                long at = corner + (long) w * Float.BYTES;
                FloatVector low = load(x, at).reinterpretAsFloats();
                FloatVector high = ADJACENT ? low : load(x, at + V).reinterpretAsFloats();
                if (RESULT == Result.LARGEST) {
                  suspect = suspect.add(low).add(high);
                }
                for (int h = 1; h < kernelH; h++) {
                  FloatVector nextLow = load(x, at + h * pitch).reinterpretAsFloats();
                  FloatVector nextHigh =
                      ADJACENT ? nextLow : load(x, at + h * pitch + V).reinterpretAsFloats();
                  if (RESULT == Result.MEAN) {
                    low = low.add(nextLow);
                    high = high.add(nextHigh);
                  } else {
                    low = low.blend(nextLow, nextLow.compare(VectorOperators.GT, low));
                    high = high.blend(nextHigh, nextHigh.compare(VectorOperators.GT, high));
                    suspect = suspect.add(nextLow);
                    if (!ADJACENT) {
                      suspect = suspect.add(nextHigh);
                    }
                  }
                }
                IntVector lows = low.reinterpretAsInts();
                IntVector highs = high.reinterpretAsInts();
                FloatVector v = ADJACENT ? low : pick.selectFrom(lows, highs).reinterpretAsFloats();
                best =
                    RESULT == Result.MEAN
                        ? best.add(v)
                        : best.blend(v, v.compare(VectorOperators.GT, best));
                if (!ADJACENT && w + 1 < kernelW) {
                  FloatVector next = pickNext.selectFrom(lows, highs).reinterpretAsFloats();
                  best =
                      RESULT == Result.MEAN
                          ? best.add(next)
                          : best.blend(next, next.compare(VectorOperators.GT, best));
                }
              }
              if (RESULT == Result.MEAN) {
                best = best.mul(factor);
              }
            }
            long place = target + (long) column * Float.BYTES;
            IntVector found = index.add(lineCorner + column * strideW);
            if (place + V <= end) {
              best.intoMemorySegment(out, place, Lanes.ORDER);
              if (RESULT == Result.LARGEST_AND_INDEX) {
                found.intoMemorySegment(indices, place, Lanes.ORDER);
              }
            } else {
              VectorMask<Float> mask = S.indexInRange(0, (end - place) / Float.BYTES);
              best.intoMemorySegment(out, place, Lanes.ORDER, mask);
              if (RESULT == Result.LARGEST_AND_INDEX) {
                found.intoMemorySegment(indices, place, Lanes.ORDER, mask.cast(INTS));
              }
            }
          }
        }
      }
      return RESULT == Result.MEAN || suspect.test(VectorOperators.IS_NAN).not().allTrue();
    }

    private static IntVector load(MemorySegment x, long at) {
      return IntVector.fromMemorySegment(INTS, x, at, Lanes.ORDER);
    }
  }
}
