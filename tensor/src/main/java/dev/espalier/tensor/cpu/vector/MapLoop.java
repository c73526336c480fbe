package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** {@code out[i] = f(x[i], p, q)}. */
interface MapLoop {
  /** The function, on a vector of elements; p and q are the same in every lane. */
  @FunctionalInterface
  interface Function {
    FloatVector apply(FloatVector x, FloatVector p, FloatVector q);
  }

  /** Offsets are in bytes; x and out may be the same. */
  void run(
      MemorySegment x, long xOffset, float p, float q, MemorySegment out, long outOffset, long n);

  static MapLoop of(Function function) {
    return Specialized.copy(Template.class, MapLoop.class, function);
  }

  /** Copied for each function. */
  final class Template implements MapLoop {
    private static final Function FUNCTION =
        Specialized.operation(MethodHandles.lookup(), Function.class);
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    @Override
    public void run(
        MemorySegment x,
        long xOffset,
        float p,
        float q,
        MemorySegment out,
        long outOffset,
        long n) {
      FloatVector ps = FloatVector.broadcast(S, p);
      FloatVector qs = FloatVector.broadcast(S, q);
      long end = n / Lanes.COUNT * Lanes.BYTES;
      for (long at = 0; at < end; at += Lanes.BYTES) {
        FUNCTION
            .apply(FloatVector.fromMemorySegment(S, x, xOffset + at, Lanes.ORDER), ps, qs)
            .intoMemorySegment(out, outOffset + at, Lanes.ORDER);
      }
      int rest = (int) (n % Lanes.COUNT);
      if (rest > 0) {
        VectorMask<Float> mask = S.indexInRange(0, rest);
        FUNCTION
            .apply(FloatVector.fromMemorySegment(S, x, xOffset + end, Lanes.ORDER, mask), ps, qs)
            .intoMemorySegment(out, outOffset + end, Lanes.ORDER, mask);
      }
    }
  }
}
