package dev.espalier.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.driver.DevicePointer;
import org.junit.jupiter.api.Test;

/** Lanes that part and meet, functions, exchanges between lanes, atomic operations. */
final class ControlFlowTest {
  private static final String STORE =
      "mul.wide.u32 %rd8, %r0, 4;\nadd.s64 %rd9, %rd0, %rd8;\nst.global.u32 [%rd9], %r1;";

  private static int[] run(String body, int threads) {
    return runModule(EmulatorFixture.kernel(1, "mov.u32 %r0, %tid.x;\n" + body + STORE), threads);
  }

  private static int[] runModule(String ptx, int threads) {
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer out = emulator.ints(new int[threads]);
      emulator.run(ptx, 1, threads, out);
      return emulator.ints(out, threads);
    }
  }

  @Test
  void loopsOfDifferentLengths() {
    int[] sums =
        run(
            """
            mov.u32 %r1, 0;
            mov.u32 %r2, 0;
            L: add.s32 %r1, %r1, %r2;
            add.s32 %r2, %r2, 1;
            setp.le.u32 %p0, %r2, %r0;
            @%p0 bra L;
            shfl.sync.idx.b32 %r3, %r1, 31, 31, -1;
            add.s32 %r1, %r1, %r3;
            """,
            64);
    for (int i = 0; i < 64; i++) {
      int last = i / 32 * 32 + 31;
      assertThat(sums[i]).isEqualTo(i * (i + 1) / 2 + last * (last + 1) / 2);
    }
  }

  @Test
  void earlyReturnsLetTheOthersMeet() {
    int[] values =
        run(
            """
            mov.u32 %r1, 5;
            and.b32 %r2, %r0, 1;
            setp.eq.u32 %p0, %r2, 0;
            @%p0 bra EVEN;
            setp.gt.u32 %p1, %r0, 20;
            @%p1 bra LEAVE;
            mov.u32 %r1, 6;
            bra REST;
            LEAVE: ret;
            EVEN: mov.u32 %r1, 7;
            REST: vote.sync.ballot.b32 %r1, %p0, -1;
            """,
            32);
    for (int i = 0; i < 32; i++) {
      assertThat(values[i]).isEqualTo(i % 2 == 1 && i > 20 ? 0 : 0x55555555);
    }
  }

  @Test
  void jumpTable() {
    int[] values =
        run(
            """
            and.b32 %r2, %r0, 3;
            T: .branchtargets A, B, C, A;
            brx.idx %r2, T;
            A: mov.u32 %r1, 10;
            bra E;
            B: mov.u32 %r1, 20;
            bra E;
            C: mov.u32 %r1, 30;
            E: bar.sync 0;
            """,
            33);
    int[] expected = {10, 20, 30, 10};
    for (int i = 0; i < 33; i++) {
      assertThat(values[i]).isEqualTo(expected[i % 4]);
    }
  }

  @Test
  void functionsAreCalledFromDivergentCode() {
    String function =
        """
        .func (.param .b32 result) twice(.param .b32 x)
        {
        .reg .b32 %r<4>;
        .reg .pred %p<2>;
        ld.param.b32 %r1, [x];
        setp.gt.s32 %p1, %r1, 10;
        @%p1 bra BIG;
        st.param.b32 [result], %r1;
        ret;
        BIG: add.s32 %r2, %r1, %r1;
        st.param.b32 [result], %r2;
        ret;
        }
        """;
    String body =
        """
        mov.u32 %r0, %tid.x;
        {
        .param .b32 a;
        st.param.b32 [a], %r0;
        .param .b32 b;
        call.uni (b), twice, (a);
        ld.param.b32 %r1, [b];
        }
        """;
    String kernel = EmulatorFixture.kernel(1, body + STORE);
    int cut = kernel.indexOf(".visible");
    int[] values = runModule(kernel.substring(0, cut) + function + kernel.substring(cut), 32);
    for (int i = 0; i < 32; i++) {
      assertThat(values[i]).isEqualTo(i > 10 ? 2 * i : i);
    }
  }

  @Test
  void exchangesBetweenLanes() {
    assertThat(run("shfl.sync.down.b32 %r1|%p0, %r0, 1, 31, -1;\n@!%p0 mov.u32 %r1, 99;\n", 32))
        .startsWith(1, 2, 3)
        .endsWith(31, 99);
    assertThat(run("shfl.sync.up.b32 %r1, %r0, 2, 0, -1;\n", 32)).startsWith(0, 1, 0, 1, 2);
    // Segments of eight lanes.
    assertThat(run("shfl.sync.bfly.b32 %r1, %r0, 7, 6175, -1;\n", 32))
        .startsWith(7, 6, 5, 4, 3, 2, 1, 0, 15);
    assertThat(run("redux.sync.add.s32 %r1, %r0, -1;\n", 32)).containsOnly(496);
    assertThat(run("shr.u32 %r2, %r0, 4;\nmatch.any.sync.b32 %r1, %r2, -1;\n", 32))
        .startsWith(0xFFFF)
        .endsWith(0xFFFF0000);
  }

  @Test
  void comparisonsJoinedWithAPredicate() {
    int[] values =
        run(
            """
            setp.gt.u32 %p0, %r0, 3;
            setp.lt.and.u32 %p1|%p2, %r0, 6, %p0;
            selp.u32 %r1, 1, 0, %p1;
            @%p2 add.s32 %r1, %r1, 2;
            """,
            8);
    assertThat(values).containsExactly(0, 0, 0, 0, 1, 1, 2, 2);
  }

  @Test
  void barrierThatCounts() {
    assertThat(run("setp.lt.u32 %p1, %r0, 40;\nbar.red.popc.u32 %r1, 0, %p1;\n", 64))
        .containsOnly(40);
  }

  @Test
  void atomicOperations() {
    String ptx =
        EmulatorFixture.kernel(
            1,
            """
            mov.u32 %r0, %tid.x;
            atom.global.add.u32 %r1, [%rd0], 1;
            red.global.max.u32 [%rd0+4], %r0;
            atom.global.cas.b32 %r2, [%rd0+8], 0, %r0;
            atom.global.inc.u32 %r3, [%rd0+12], 4;
            red.global.add.f32 [%rd0+16], 0f3F000000;
            """);
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer out = emulator.ints(new int[5]);
      emulator.run(ptx, 1, 48, out);
      int[] values = emulator.ints(out, 5);
      // 48 increments modulo 5; the first lane that finds 0 and is not 0 itself stays.
      assertThat(values).startsWith(48, 47, 1, 3);
      assertThat(Float.intBitsToFloat(values[4])).isEqualTo(24f);
    }
  }
}
