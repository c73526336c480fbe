package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** {@code out[i] = f(a[i], b[i], p, q)}. */
interface ZipLoop {
  /** The function, on a vector of elements; p and q are the same in every lane. */
  @FunctionalInterface
  interface Function {
    FloatVector apply(FloatVector a, FloatVector b, FloatVector p, FloatVector q);
  }

  /** Offsets are in bytes; out may be one of the operands. */
  void run(
      MemorySegment a,
      long aOffset,
      MemorySegment b,
      long bOffset,
      float p,
      float q,
      MemorySegment out,
      long outOffset,
      long n);

  static ZipLoop of(Function function) {
    return Specialized.copy(Template.class, ZipLoop.class, function);
  }

  /** Copied for each function. */
  final class Template implements ZipLoop {
    private static final Function FUNCTION =
        Specialized.operation(MethodHandles.lookup(), Function.class);
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    @Override
    public void run(
        MemorySegment a,
        long aOffset,
        MemorySegment b,
        long bOffset,
        float p,
        float q,
        MemorySegment out,
        long outOffset,
        long n) {
      FloatVector ps = FloatVector.broadcast(S, p);
      FloatVector qs = FloatVector.broadcast(S, q);
      long end = n / Lanes.COUNT * Lanes.BYTES;
      for (long at = 0; at < end; at += Lanes.BYTES) {
        FloatVector left = FloatVector.fromMemorySegment(S, a, aOffset + at, Lanes.ORDER);
        FloatVector right = FloatVector.fromMemorySegment(S, b, bOffset + at, Lanes.ORDER);
        FUNCTION.apply(left, right, ps, qs).intoMemorySegment(out, outOffset + at, Lanes.ORDER);
      }
      int rest = (int) (n % Lanes.COUNT);
      if (rest > 0) {
        VectorMask<Float> mask = S.indexInRange(0, rest);
        FloatVector left = FloatVector.fromMemorySegment(S, a, aOffset + end, Lanes.ORDER, mask);
        FloatVector right = FloatVector.fromMemorySegment(S, b, bOffset + end, Lanes.ORDER, mask);
        FUNCTION
            .apply(left, right, ps, qs)
            .intoMemorySegment(out, outOffset + end, Lanes.ORDER, mask);
      }
    }
  }
}
