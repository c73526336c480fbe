package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.StridedLoop;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@code out = condition != 0 ? a : b} in float32 with a float32 or bool condition. */
final class VectorSelect {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;

  private VectorSelect() {}

  /** Selects, or returns false where no loop here fits type and strides. */
  static boolean select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    StridedLoop loop =
        StridedLoop.over(
            out.shape().toArray(), condition.strides(), a.strides(), b.strides(), out.strides());
    boolean bool = condition.dtype() == DType.BOOL;
    if ((!bool && condition.dtype() != DType.FLOAT32)
        || loop.innerStride(0) != 1
        || loop.innerStride(1) > 1
        || loop.innerStride(2) > 1) {
      return false;
    }
    MemorySegment test = condition.segment();
    MemorySegment yes = a.segment();
    MemorySegment no = b.segment();
    MemorySegment to = out.segment();
    boolean oneYes = loop.innerStride(1) == 0;
    boolean oneNo = loop.innerStride(2) == 0;
    Parallel.ranges(
        loop.pieces(Block.LENGTH),
        Math.max(1, Parallel.GRAIN / Math.min(Block.LENGTH, Math.max(1, loop.innerExtent()))),
        (first, last) ->
            loop.forEachPiece(
                first,
                last,
                Block.LENGTH,
                (starts, n) ->
                    blend(
                        bool ? asFloats(test, starts[0], n) : test,
                        bool ? 0 : starts[0] * Float.BYTES,
                        oneYes ? VectorElementwise.spread(Block.LEFT, yes, starts[1], n) : yes,
                        oneYes ? 0 : starts[1] * Float.BYTES,
                        oneNo ? VectorElementwise.spread(Block.RIGHT, no, starts[2], n) : no,
                        oneNo ? 0 : starts[2] * Float.BYTES,
                        to,
                        starts[3] * Float.BYTES,
                        n)));
    return true;
  }

  private static MemorySegment asFloats(MemorySegment bools, long start, int n) {
    MemorySegment floats = Block.PASSES.own();
    for (int i = 0; i < n; i++) {
      floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, bools.get(ValueLayout.JAVA_BYTE, start + i));
    }
    return floats;
  }

  private static void blend(
      MemorySegment test,
      long testOffset,
      MemorySegment yes,
      long yesOffset,
      MemorySegment no,
      long noOffset,
      MemorySegment out,
      long outOffset,
      int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      VectorMask<Float> inside = S.indexInRange(i, n);
      FloatVector condition =
          FloatVector.fromMemorySegment(S, test, testOffset + at, Lanes.ORDER, inside);
      FloatVector b = FloatVector.fromMemorySegment(S, no, noOffset + at, Lanes.ORDER, inside);
      FloatVector a = FloatVector.fromMemorySegment(S, yes, yesOffset + at, Lanes.ORDER, inside);
      b.blend(a, condition.compare(VectorOperators.NE, 0f))
          .intoMemorySegment(out, outOffset + at, Lanes.ORDER, inside);
    }
  }
}
