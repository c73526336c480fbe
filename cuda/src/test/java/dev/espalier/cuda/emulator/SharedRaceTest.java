package dev.espalier.cuda.emulator;

import static dev.espalier.cuda.emulator.CheckTest.fails;
import static dev.espalier.cuda.emulator.CheckTest.passes;
import static dev.espalier.cuda.emulator.CheckTest.shared;

import org.junit.jupiter.api.Test;

/** Accesses to shared memory that nothing orders, and their ordered twins. */
final class SharedRaceTest {
  @Test
  void readBeforeTheBarrierRaces() {
    String write = "st.shared.u32 [%r1], %r0;\n";
    String read =
        """
        xor.b32 %r4, %r2, 128;
        mov.u32 %r5, s;
        add.s32 %r5, %r5, %r4;
        ld.shared.u32 %r6, [%r5];
        """;
    // The first warp would read what the second has not written yet.
    String initial =
        """
        st.shared.u32 [%r1], 0;
        bar.sync 0;
        """;
    fails(Check.SHARED_RACE, shared(initial + write + read), 64, "read by PTX line");
    passes(shared(initial + write + "bar.sync 0;\n" + read), 64);
  }

  @Test
  void writeAfterReadWithoutBarrierRaces() {
    String first =
        """
        st.shared.u32 [%r1], %r0;
        bar.sync 0;
        ld.shared.u32 %r3, [s+4];
        """;
    fails(Check.SHARED_RACE, shared(first + "st.shared.u32 [%r1], 7;"), 64, "read by PTX line");
    passes(shared(first + "bar.sync 0;\nst.shared.u32 [%r1], 7;"), 64);
  }

  @Test
  void lanesOfAWarpNeedAWarpBarrier() {
    String write = "st.shared.u32 [%r1], %r0;\n";
    String read =
        """
        xor.b32 %r4, %r2, 4;
        mov.u32 %r5, s;
        add.s32 %r5, %r5, %r4;
        ld.shared.u32 %r6, [%r5];
        """;
    fails(Check.SHARED_RACE, shared(write + read), 32);
    passes(shared(write + "bar.warp.sync -1;\n" + read), 32);
  }

  @Test
  void lanesMayWriteOneValueButNotSeveral() {
    passes(shared("st.shared.u32 [s], 3;"), 32);
    fails(Check.SHARED_RACE, shared("st.shared.u32 [s], %r0;"), 32, "another value");
    passes(shared("@%p0 st.shared.u32 [s], %r0;"), 32);
  }

  @Test
  void lanesThatWriteOnePlaceInSeveralRoundsRace() {
    String loop =
        """
        mov.u32 %r6, 0;
        L: setp.eq.u32 %p1, %r0, %r6;
        @%p1 st.shared.u32 [s], 3;
        add.s32 %r6, %r6, 1;
        setp.lt.u32 %p2, %r6, 2;
        @%p2 bra L;
        """;
    fails(Check.SHARED_RACE, shared(loop), 32, "written by PTX line");
    passes(shared(loop.replace("add.s32", "bar.warp.sync -1;\nadd.s32")), 32);
  }

  @Test
  void halfWordsBesideEachOtherDoNotRace() {
    passes(
        shared(
            """
            shl.b32 %r4, %r0, 1;
            mov.u32 %r5, s;
            add.s32 %r5, %r5, %r4;
            cvt.u16.u32 %h0, %r0;
            st.shared.u16 [%r5], %h0;
            """),
        64);
  }
}
