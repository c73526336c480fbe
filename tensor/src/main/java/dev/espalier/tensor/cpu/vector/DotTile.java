package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products of {@value #MANY} vectors that lie anywhere with a few that lie in a slot's panel:
 * 24 sums with eleven loads for as many multiply-adds where there are registers for them, or
 * twelve, enough to hide the latency, with seven.
 */
interface DotTile {
  int MANY = 3;

  /** The smaller number of vectors in the panel. */
  int FEW = 4;

  /** The larger one. */
  int MOST = Lanes.COUNT == 16 ? 8 : FEW;

  /**
   * Leaves the lanes of the sums as the slot's partial sums, those of one of the many following
   * each other, or adds to them.
   *
   * @param m0 where the first vector of the many begins, in bytes; as m1 and m2
   * @param few where the first vector of the few begins in the panel, in bytes
   * @param pitch from there to the next
   * @param vectors their length
   */
  void run(
      MemorySegment many, long m0, long m1, long m2, int slot, int few, int pitch, int vectors);

  /** The loop that starts the sums with this number of the few, or that adds to them. */
  static DotTile of(boolean first, int few) {
    return few == FEW
        ? first ? Copies.FIRST : Copies.LATER
        : first ? Copies.FIRST_OF_MOST : Copies.LATER_OF_MOST;
  }

  /** What a copy is for. */
  record Kind(boolean first, int few) {}

  /** One copy per kind. */
  final class Copies {
    private static final DotTile FIRST = copy(true, FEW);
    private static final DotTile LATER = copy(false, FEW);
    private static final DotTile FIRST_OF_MOST = copy(true, MOST);
    private static final DotTile LATER_OF_MOST = copy(false, MOST);

    private Copies() {}

    private static DotTile copy(boolean first, int few) {
      return Specialized.copy(Template.class, DotTile.class, new Kind(first, few));
    }
  }

  /** Copied for each kind; every operation in the method, as in {@link EntryLoop}. */
  final class Template implements DotTile {
    private static final Kind KIND = Specialized.operation(MethodHandles.lookup(), Kind.class);
    private static final boolean FIRST = KIND.first();
    private static final int COUNT = KIND.few();
    private static final boolean EIGHT = COUNT == 8;
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final long V = Lanes.BYTES;
    private static final MemorySegment P = Panels.MEMORY;

    @Override
    public void run(
        MemorySegment many, long m0, long m1, long m2, int slot, int few, int pitch, int vectors) {
      int header = Panels.header(slot);
      long sums0 = (long) header + Panels.PARTIALS;
      long sums1 = sums0 + COUNT * V;
      long sums2 = sums1 + COUNT * V;
      FloatVector zero = FloatVector.zero(S);
      FloatVector s00 = FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums0, Lanes.ORDER);
      FloatVector s01 = FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums1, Lanes.ORDER);
      FloatVector s02 = FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums2, Lanes.ORDER);
      FloatVector s10 = FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums0 + V, Lanes.ORDER);
      FloatVector s11 = FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums1 + V, Lanes.ORDER);
      FloatVector s12 = FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums2 + V, Lanes.ORDER);
      FloatVector s20 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums0 + 2 * V, Lanes.ORDER);
      FloatVector s21 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums1 + 2 * V, Lanes.ORDER);
      FloatVector s22 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums2 + 2 * V, Lanes.ORDER);
      FloatVector s30 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums0 + 3 * V, Lanes.ORDER);
      FloatVector s31 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums1 + 3 * V, Lanes.ORDER);
      FloatVector s32 =
          FIRST ? zero : FloatVector.fromMemorySegment(S, P, sums2 + 3 * V, Lanes.ORDER);
      FloatVector s40 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums0 + 4 * V, Lanes.ORDER);
      FloatVector s41 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums1 + 4 * V, Lanes.ORDER);
      FloatVector s42 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums2 + 4 * V, Lanes.ORDER);
      FloatVector s50 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums0 + 5 * V, Lanes.ORDER);
      FloatVector s51 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums1 + 5 * V, Lanes.ORDER);
      FloatVector s52 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums2 + 5 * V, Lanes.ORDER);
      FloatVector s60 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums0 + 6 * V, Lanes.ORDER);
      FloatVector s61 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums1 + 6 * V, Lanes.ORDER);
      FloatVector s62 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums2 + 6 * V, Lanes.ORDER);
      FloatVector s70 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums0 + 7 * V, Lanes.ORDER);
      FloatVector s71 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums1 + 7 * V, Lanes.ORDER);
      FloatVector s72 =
          FIRST || !EIGHT ? zero : FloatVector.fromMemorySegment(S, P, sums2 + 7 * V, Lanes.ORDER);
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
        if (EIGHT) {
          place = (long) header + ((at + 4 * pitch) & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
          y = FloatVector.fromMemorySegment(S, P, place, Lanes.ORDER);
          s40 = x0.fma(y, s40);
          s41 = x1.fma(y, s41);
          s42 = x2.fma(y, s42);
          place = (long) header + ((at + 5 * pitch) & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
          y = FloatVector.fromMemorySegment(S, P, place, Lanes.ORDER);
          s50 = x0.fma(y, s50);
          s51 = x1.fma(y, s51);
          s52 = x2.fma(y, s52);
          place = (long) header + ((at + 6 * pitch) & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
          y = FloatVector.fromMemorySegment(S, P, place, Lanes.ORDER);
          s60 = x0.fma(y, s60);
          s61 = x1.fma(y, s61);
          s62 = x2.fma(y, s62);
          place = (long) header + ((at + 7 * pitch) & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
          y = FloatVector.fromMemorySegment(S, P, place, Lanes.ORDER);
          s70 = x0.fma(y, s70);
          s71 = x1.fma(y, s71);
          s72 = x2.fma(y, s72);
        }
      }
      s00.intoMemorySegment(P, sums0, Lanes.ORDER);
      s01.intoMemorySegment(P, sums1, Lanes.ORDER);
      s02.intoMemorySegment(P, sums2, Lanes.ORDER);
      s10.intoMemorySegment(P, sums0 + V, Lanes.ORDER);
      s11.intoMemorySegment(P, sums1 + V, Lanes.ORDER);
      s12.intoMemorySegment(P, sums2 + V, Lanes.ORDER);
      s20.intoMemorySegment(P, sums0 + 2 * V, Lanes.ORDER);
      s21.intoMemorySegment(P, sums1 + 2 * V, Lanes.ORDER);
      s22.intoMemorySegment(P, sums2 + 2 * V, Lanes.ORDER);
      s30.intoMemorySegment(P, sums0 + 3 * V, Lanes.ORDER);
      s31.intoMemorySegment(P, sums1 + 3 * V, Lanes.ORDER);
      s32.intoMemorySegment(P, sums2 + 3 * V, Lanes.ORDER);
      if (EIGHT) {
        s40.intoMemorySegment(P, sums0 + 4 * V, Lanes.ORDER);
        s41.intoMemorySegment(P, sums1 + 4 * V, Lanes.ORDER);
        s42.intoMemorySegment(P, sums2 + 4 * V, Lanes.ORDER);
        s50.intoMemorySegment(P, sums0 + 5 * V, Lanes.ORDER);
        s51.intoMemorySegment(P, sums1 + 5 * V, Lanes.ORDER);
        s52.intoMemorySegment(P, sums2 + 5 * V, Lanes.ORDER);
        s60.intoMemorySegment(P, sums0 + 6 * V, Lanes.ORDER);
        s61.intoMemorySegment(P, sums1 + 6 * V, Lanes.ORDER);
        s62.intoMemorySegment(P, sums2 + 6 * V, Lanes.ORDER);
        s70.intoMemorySegment(P, sums0 + 7 * V, Lanes.ORDER);
        s71.intoMemorySegment(P, sums1 + 7 * V, Lanes.ORDER);
        s72.intoMemorySegment(P, sums2 + 7 * V, Lanes.ORDER);
      }
    }
  }
}
