package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products of {@value #MANY} vectors that lie anywhere with {@value #FEW} that lie in a
 * slot's panel: twelve sums, enough to hide the latency, and seven loads per twelve multiply-adds.
 */
interface DotTile {
  int MANY = 3;
  int FEW = 4;

  /**
   * Leaves the lanes of the sums as the slot's partial sums, those of one vector of the panel
   * following each other, or adds to them.
   *
   * @param m0 where the first vector of the many begins, in bytes; as m1 and m2
   * @param few where the first vector of the few begins in the panel, in bytes
   * @param pitch from there to the next
   * @param vectors their length
   */
  void run(
      MemorySegment many, long m0, long m1, long m2, int slot, int few, int pitch, int vectors);

  /** The loop that starts the sums, or that adds to them. */
  static DotTile of(boolean first) {
    return first ? Copies.FIRST : Copies.LATER;
  }

  /** One copy that starts the sums, one that adds. */
  final class Copies {
    private static final DotTile FIRST = Specialized.copy(Template.class, DotTile.class, true);
    private static final DotTile LATER = Specialized.copy(Template.class, DotTile.class, false);

    private Copies() {}
  }

  /** Copied twice; every operation in the method, as in {@link EntryLoop}. */
  final class Template implements DotTile {
    private static final boolean FIRST =
        Specialized.operation(MethodHandles.lookup(), Boolean.class);
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final long V = Lanes.BYTES;
    private static final MemorySegment P = Panels.MEMORY;

    @Override
    public void run(
        MemorySegment many, long m0, long m1, long m2, int slot, int few, int pitch, int vectors) {
      int header = Panels.header(slot);
      long sums = (long) header + Panels.PARTIALS;
      FloatVector zero = FloatVector.zero(S);
      FloatVector s00 = FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums, Lanes.ORDER);
      FloatVector s01 = FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + V, Lanes.ORDER);
      FloatVector s02 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 2 * V, Lanes.ORDER);
      FloatVector s10 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 3 * V, Lanes.ORDER);
      FloatVector s11 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 4 * V, Lanes.ORDER);
      FloatVector s12 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 5 * V, Lanes.ORDER);
      FloatVector s20 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 6 * V, Lanes.ORDER);
      FloatVector s21 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 7 * V, Lanes.ORDER);
      FloatVector s22 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 8 * V, Lanes.ORDER);
      FloatVector s30 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 9 * V, Lanes.ORDER);
      FloatVector s31 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 10 * V, Lanes.ORDER);
      FloatVector s32 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums + 11 * V, Lanes.ORDER);
      for (int v = 0; v < vectors; v++) {
        long shift = v * V;
        FloatVector x0 = FloatVector.fromMemorySegment(S, many, m0 + shift, Lanes.ORDER);
        FloatVector x1 = FloatVector.fromMemorySegment(S, many, m1 + shift, Lanes.ORDER);
        FloatVector x2 = FloatVector.fromMemorySegment(S, many, m2 + shift, Lanes.ORDER);
        int at = few + v * (int) V;
        long place = (long) header + (at & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
        FloatVector y = FloatVector.fromMemorySegment(S, P, place, Lanes.ORDER);
        s00 = x0.fma(y, s00);
        s01 = x1.fma(y, s01);
        s02 = x2.fma(y, s02);
        place = (long) header + ((at + pitch) & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
        y = FloatVector.fromMemorySegment(S, P, place, Lanes.ORDER);
        s10 = x0.fma(y, s10);
        s11 = x1.fma(y, s11);
        s12 = x2.fma(y, s12);
        place = (long) header + ((at + 2 * pitch) & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
        y = FloatVector.fromMemorySegment(S, P, place, Lanes.ORDER);
        s20 = x0.fma(y, s20);
        s21 = x1.fma(y, s21);
        s22 = x2.fma(y, s22);
        place = (long) header + ((at + 3 * pitch) & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
        y = FloatVector.fromMemorySegment(S, P, place, Lanes.ORDER);
        s30 = x0.fma(y, s30);
        s31 = x1.fma(y, s31);
        s32 = x2.fma(y, s32);
      }
      s00.intoMemorySegment(P, sums, Lanes.ORDER);
      s01.intoMemorySegment(P, sums + V, Lanes.ORDER);
      s02.intoMemorySegment(P, sums + 2 * V, Lanes.ORDER);
      s10.intoMemorySegment(P, sums + 3 * V, Lanes.ORDER);
      s11.intoMemorySegment(P, sums + 4 * V, Lanes.ORDER);
      s12.intoMemorySegment(P, sums + 5 * V, Lanes.ORDER);
      s20.intoMemorySegment(P, sums + 6 * V, Lanes.ORDER);
      s21.intoMemorySegment(P, sums + 7 * V, Lanes.ORDER);
      s22.intoMemorySegment(P, sums + 8 * V, Lanes.ORDER);
      s30.intoMemorySegment(P, sums + 9 * V, Lanes.ORDER);
      s31.intoMemorySegment(P, sums + 10 * V, Lanes.ORDER);
      s32.intoMemorySegment(P, sums + 11 * V, Lanes.ORDER);
    }
  }
}
