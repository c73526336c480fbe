package dev.espalier.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each check is failed by a kernel that commits the fault, and passed by its mended twin. */
final class CheckTest {
  private static final String TID =
      """
      mov.u32 %r0, %tid.x;
      mul.wide.u32 %rd8, %r0, 4;
      mov.u32 %r1, s;
      shl.b32 %r2, %r0, 2;
      add.s32 %r1, %r1, %r2;
      """;

  static String shared(String body) {
    return EmulatorFixture.kernel(2, ".shared .align 16 .b8 s[1024];\n" + TID + body);
  }

  static void fails(Check check, String ptx, int threads, String... parts) {
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer in = emulator.ints(new int[64]);
      DevicePointer out = emulator.driver.allocate(256);
      var thrown =
          assertThatThrownBy(() -> emulator.run(ptx, 1, threads, in, out))
              .isInstanceOf(DriverException.class)
              .hasMessageContaining(check + ": ")
              .hasMessageContaining("launch of k")
              .hasMessageContaining("PTX line ")
              .hasMessageContaining("kernel.cu:7")
              .hasMessageContaining("block (0, 0, 0)");
      for (String part : parts) {
        thrown.hasMessageContaining(part);
      }
    }
    // Switched off, the same fault passes unless the machine cannot go on.
    if (EnumSet.of(Check.UNINITIALISED, Check.SHARED_RACE, Check.ASYNC_COPY, Check.ALIGNMENT)
        .contains(check)) {
      passes(ptx, threads, EnumSet.complementOf(EnumSet.of(check)));
    }
  }

  private static void passes(String ptx, int threads, Set<Check> checks) {
    try (EmulatorFixture emulator = new EmulatorFixture(EmulatedDriver.builder().checks(checks))) {
      DevicePointer in = emulator.ints(new int[64]);
      DevicePointer out = emulator.driver.allocate(256);
      assertThatCode(() -> emulator.run(ptx, 1, threads, in, out)).doesNotThrowAnyException();
    }
  }

  static void passes(String ptx, int threads) {
    passes(ptx, threads, EnumSet.allOf(Check.class));
  }

  @Test
  void outOfBounds() {
    String ptx =
        EmulatorFixture.kernel(
            2,
            TID.replace("mov.u32 %r1, s;", "")
                + "add.s64 %rd9, %rd0, %rd8;\nld.global.u32 %r3, [%rd9];");
    passes(ptx, 64);
    fails(Check.BOUNDS, ptx, 65, "allocation #1 (256 bytes", "offset 256", "thread (64, 0, 0)");
  }

  @Test
  void outOfBoundsOfSharedMemory() {
    String ptx = shared("st.shared.u32 [%r1+900], %r0;");
    passes(ptx, 31);
    fails(Check.BOUNDS, ptx, 32, "offset 1024 of shared memory, which has 1024 bytes");
  }

  @Test
  void misaligned() {
    fails(
        Check.ALIGNMENT,
        EmulatorFixture.kernel(2, "ld.global.u32 %r0, [%rd0+2];"),
        1,
        "offset 2 of allocation #1",
        "no multiple of 4");
    passes(EmulatorFixture.kernel(2, "ld.global.v2.u32 {%r0, %r1}, [%rd0+8];"), 1);
    fails(
        Check.ALIGNMENT,
        EmulatorFixture.kernel(2, "ld.global.v2.u32 {%r0, %r1}, [%rd0+4];"),
        1,
        "no multiple of 8");
  }

  @Test
  void useAfterFree() {
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer gone = emulator.ints(1, 2, 3);
      emulator.driver.free(gone);
      String ptx = EmulatorFixture.kernel(1, "ld.global.u32 %r0, [%rd0+4];");
      assertThatThrownBy(() -> emulator.run(ptx, 1, 1, gone))
          .hasMessageContaining("USE_AFTER_FREE")
          .hasMessageContaining("offset 4 of allocation #1 (12 bytes");
      assertThatThrownBy(() -> emulator.driver.free(gone)).isInstanceOf(DriverException.class);
    }
  }

  @Test
  void uninitialisedGlobalMemory() {
    fails(
        Check.UNINITIALISED,
        EmulatorFixture.kernel(2, "st.global.u16 [%rd1+8], 5;\nld.global.u32 %r0, [%rd1+8];"),
        1,
        "reads 4 bytes at offset 8 of allocation #2",
        "not all written");
    passes(
        EmulatorFixture.kernel(
            2,
            """
            st.global.u16 [%rd1+8], 5;
            st.global.u16 [%rd1+10], 5;
            ld.global.u32 %r0, [%rd1+8];
            """),
        1);
  }

  @Test
  void uninitialisedSharedMemory() {
    fails(Check.UNINITIALISED, shared("ld.shared.u32 %r3, [%r1];"), 1, "shared memory");
  }

  @Test
  void barrierInDivergentCode() {
    String ptx =
        shared(
            """
            setp.lt.u32 %p1, %r0, 7;
            @%p1 bra L;
            bar.sync 0;
            L: setp.eq.u32 %p2, %r0, 99;
            vote.sync.any.pred %p3, %p2, -1;
            """);
    fails(Check.BARRIER, ptx, 32, "0xffffff80");
  }

  @Test
  void barrierThatEndedThreadsNeverReach() {
    String ptx =
        shared(
            """
            setp.lt.u32 %p1, %r0, 7;
            @%p1 bra L;
            bar.sync 0;
            L: ret;
            """);
    fails(Check.BARRIER, ptx, 32, "have ended");
    fails(Check.BARRIER, ptx.replace("%r0, 7;", "%r0, 32;"), 64, "32 of them have ended");
  }

  @Test
  void namedBarriersForPartsOfABlock() {
    String body =
        """
        shr.u32 %r9, %r0, 6;
        add.s32 %r9, %r9, 1;
        st.shared.u32 [%r1], %r0;
        bar.sync %r9, 64;
        xor.b32 %r4, %r2, 128;
        mov.u32 %r5, s;
        add.s32 %r5, %r5, %r4;
        ld.shared.u32 %r6, [%r5];
        """;
    passes(shared(body), 128);
    fails(Check.SHARED_RACE, shared(body.replace("%r2, 128", "%r2, 256")), 128);
  }

  @Test
  void shuffleWithoutAllOfItsLanes() {
    fails(
        Check.BARRIER,
        shared(
            """
            setp.lt.u32 %p1, %r0, 16;
            @%p1 bra L;
            shfl.sync.bfly.b32 %r3, %r0, 1, 31, -1;
            L: setp.eq.u32 %p2, %r0, 99;
            vote.sync.any.pred %p3, %p2, -1;
            """),
        32,
        "have not come here");
  }

  @Test
  void missingWaitForAnAsynchronousCopy() {
    String copy =
        """
        add.s64 %rd9, %rd0, %rd8;
        cp.async.ca.shared.global [%r1], [%rd9], 4;
        cp.async.commit_group;
        """;
    String read = "ld.shared.u32 %r3, [%r1];";
    fails(Check.ASYNC_COPY, shared(copy + read), 32, "cp.async");
    fails(Check.ASYNC_COPY, shared(copy + "cp.async.wait_group 1;\n" + read), 32);
    passes(shared(copy + "cp.async.wait_group 0;\n" + read), 32);
    passes(shared(copy + "cp.async.wait_all;\n" + read), 32);
  }

  @Test
  void copiesOfOthersNeedABarrierAfterTheWait() {
    String copy =
        """
        add.s64 %rd9, %rd0, %rd8;
        cp.async.ca.shared.global [%r1], [%rd9], 4;
        """;
    String read =
        """
        xor.b32 %r4, %r2, 128;
        mov.u32 %r5, s;
        add.s32 %r5, %r5, %r4;
        setp.ge.u32 %p4, %r0, 32;
        @%p4 ld.shared.u32 %r6, [%r5];
        """;
    fails(
        Check.SHARED_RACE,
        shared(
            copy
                + """
                bar.sync 0;
                cp.async.wait_all;
                """
                + read),
        64);
    passes(
        shared(
            copy
                + """
                cp.async.wait_all;
                bar.sync 0;
                """
                + read),
        64);
  }

  @Test
  void endlessLoop() {
    try (EmulatorFixture emulator =
        new EmulatorFixture(EmulatedDriver.builder().instructionLimit(5_000_000))) {
      String ptx = EmulatorFixture.kernel(0, "L: bra L;");
      assertThatThrownBy(() -> emulator.run(ptx, 1, 32)).hasMessageContaining("does it end?");
    }
  }

  @Test
  void unknownInstructionIsRefusedOnLoading() {
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      String ptx = EmulatorFixture.kernel(0, "tex.1d.v4.f32.s32 {%f0,%f1,%f2,%f3}, [%rd1];");
      assertThatThrownBy(() -> emulator.driver.load(ptx))
          .isInstanceOf(DriverException.class)
          .hasMessageContaining("PTX line 13")
          .hasMessageContaining("tex.1d.v4.f32.s32");
      String modifier = EmulatorFixture.kernel(0, "add.weird.f32 %f0, %f1, %f2;");
      assertThatThrownBy(() -> emulator.driver.load(modifier)).hasMessageContaining(".weird");
    }
  }
}
