package dev.espalier.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.LaunchShape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counters against numbers counted by hand. */
final class CounterTest {
  private static LaunchReport report(String ptx, int blocks, int threads, int words) {
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      emulator.run(ptx, blocks, threads, emulator.ints(new int[words]));
      return emulator.driver.lastLaunch();
    }
  }

  @ParameterizedTest
  @CsvSource({
    // stride in bytes, sectors, at best
    "4, 4, 4",
    "0, 1, 1",
    "8, 8, 4",
    "32, 32, 4",
    "128, 32, 4"
  })
  void sectorsOfOneRequest(int stride, int sectors, int ideal) {
    LaunchReport report =
        report(
            EmulatorFixture.kernel(
                1,
                "mov.u32 %r0, %tid.x;\nmul.wide.u32 %rd5, %r0, "
                    + stride
                    + ";\nadd.s64 %rd6, %rd0, %rd5;\nld.global.u32 %r1, [%rd6];"),
            1,
            32,
            1024);
    assertThat(report.globalRequests()).isEqualTo(1);
    assertThat(report.sectors()).isEqualTo(sectors);
    assertThat(report.idealSectors()).isEqualTo(ideal);
    assertThat(report.bytesMoved()).isEqualTo(32L * sectors);
    assertThat(report.touchedBytes()).isEqualTo(32L * sectors);
  }

  @Test
  void sectorsOfLanesInAnyOrder() {
    LaunchReport report =
        report(
            EmulatorFixture.kernel(
                1,
                "mov.u32 %r0, %tid.x;\nxor.b32 %r0, %r0, 21;\nmul.wide.u32 %rd5, %r0, 16;\n"
                    + "add.s64 %rd6, %rd0, %rd5;\nld.global.v4.u32 {%r1,%r2,%r3,%r4}, [%rd6];"),
            1,
            32,
            128);
    assertThat(report.sectors()).isEqualTo(16);
    assertThat(report.idealSectors()).isEqualTo(16);
  }

  @ParameterizedTest
  @CsvSource({
    // bytes between lanes, of an access, wavefronts, conflicts
    "4, 4, 1, 0",
    "0, 4, 1, 0",
    "8, 4, 2, 1",
    "128, 4, 32, 31",
    "132, 4, 1, 0",
    "8, 8, 2, 0",
    "16, 16, 4, 0",
    "144, 16, 4, 0",
    "128, 16, 32, 28"
  })
  void bankConflicts(int stride, int bytes, int wavefronts, int conflicts) {
    String store =
        switch (bytes) {
          case 4 -> "st.shared.u32 [%r1], 0;";
          case 8 -> "st.shared.v2.u32 [%r1], {0, 0};";
          default -> "st.shared.v4.u32 [%r1], {0, 0, 0, 0};";
        };
    LaunchReport report =
        report(
            EmulatorFixture.kernel(
                1,
                ".shared .align 16 .b8 s[8192];\n"
                    + "mov.u32 %r0, %tid.x;\n"
                    + "mov.u32 %r2, s;\n"
                    + "mad.lo.s32 %r1, %r0, "
                    + stride
                    + ", %r2;\n"
                    + store),
            1,
            32,
            1);
    assertThat(report.wavefronts()).isEqualTo(wavefronts);
    assertThat(report.bankConflicts()).isEqualTo(conflicts);
  }

  @Test
  void lanesAndOperationsUnderDivergence() {
    String ptx =
        EmulatorFixture.kernel(
            1,
            """
            mov.u32 %r0, %tid.x;
            setp.ge.u32 %p0, %r0, 8;
            @%p0 bra L;
            fma.rn.f32 %f0, %f1, %f2, %f3;
            add.f32 %f0, %f0, %f1;
            L: mul.f64 %fd0, %fd1, %fd2;
            @%p0 fma.rn.f32 %f4, %f1, %f2, %f3;
            """);
    LaunchReport report = report(ptx, 2, 64, 1);
    // In each block warp 0 has 8 lanes inside, warp 1 none.
    assertThat(report.multiplyAdds()).isEqualTo(2 * (8 + 56));
    assertThat(report.floatingOperations()).isEqualTo(2 * (2 * 8 + 8 + 64 + 2 * 56));
    assertThat(report.mix()).containsEntry(InstructionClass.FP64, 4L);
    InstructionReport add =
        report.lines().stream().filter(l -> l.opcode().equals("add.f32")).findFirst().orElseThrow();
    assertThat(add.lanes()).isEqualTo(16);
    assertThat(add.issued()).isEqualTo(2);
    assertThat(add.source()).isEqualTo("kernel.cu:7");
    assertThat(report.lanesPerInstruction()).isBetween(20.0, 32.0);
  }

  @Test
  void occupancyByWhatIsShort() {
    String ptx = EmulatorFixture.kernel(0, "mov.u32 %r0, %tid.x;");
    String usage =
        "// usage sm_80 k registers 128 shared 0\n// usage sm_90 k registers 16 shared 0\n";
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      emulator.run(usage + ptx, 4, 256);
      Occupancy occupancy = emulator.driver.lastLaunch().occupancy();
      // 65536 registers / (128 * 256) = 2 blocks of 8 warps, of 64.
      assertThat(occupancy).isEqualTo(new Occupancy(2, 16, 0.25, Occupancy.Limit.REGISTERS));
    }
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      var kernel = emulator.driver.load(ptx).kernel("k");
      emulator.stream.launch(
          kernel, new LaunchShape(Extent.of(1), Extent.of(32), 40_000), List.of());
      // 164 KiB / (40064 + 1024) = 4.08.
      assertThat(emulator.driver.lastLaunch().occupancy())
          .isEqualTo(new Occupancy(4, 4, 0.0625, Occupancy.Limit.SHARED_MEMORY));
    }
  }

  @Test
  void estimateOfACopyNamesItsBound() {
    int words = 1 << 20;
    String ptx =
        EmulatorFixture.kernel(
            2,
            """
            mov.u32 %r0, %tid.x;
            mov.u32 %r1, %ctaid.x;
            mov.u32 %r2, %ntid.x;
            mad.lo.s32 %r0, %r1, %r2, %r0;
            mul.wide.u32 %rd5, %r0, 16;
            add.s64 %rd6, %rd0, %rd5;
            add.s64 %rd7, %rd1, %rd5;
            ld.global.v4.u32 {%r1,%r2,%r3,%r4}, [%rd6];
            st.global.v4.u32 [%rd7], {%r1,%r2,%r3,%r4};
            """);
    List<LaunchReport> reports = new ArrayList<>();
    try (EmulatorFixture emulator =
        new EmulatorFixture(EmulatedDriver.builder().listener(reports::add))) {
      DevicePointer in = emulator.ints(new int[words]);
      emulator.run(ptx, words / 4 / 256, 256, in, emulator.driver.allocate(4L * words));
    }
    assertThat(reports).hasSize(1);
    TimeEstimate estimate = reports.getFirst().estimate(DeviceDescription.a100());
    assertThat(estimate.bound()).isEqualTo(TimeEstimate.Bound.DRAM);
    // 8 MiB at 1555 GB/s.
    assertThat(estimate.microseconds()).isEqualTo(8.0 * (1 << 20) / 1.555e6, within(0.01));
    assertThat(reports.getFirst().summary()).startsWith("k: ");
  }

  @Test
  void resultsAndCountsDoNotDependOnWorkers() {
    String ptx =
        EmulatorFixture.kernel(
            1,
            "mov.u32 %r0, %ctaid.x;\ncvt.rn.f32.u32 %f0, %r0;\nadd.f32 %f0, %f0, 0f3DCCCCCD;\n"
                + "red.global.add.f32 [%rd0], %f0;");
    List<Integer> bits = new ArrayList<>();
    for (int workers : new int[] {1, 4}) {
      try (EmulatorFixture emulator =
          new EmulatorFixture(EmulatedDriver.builder().workers(workers))) {
        DevicePointer sum = emulator.ints(0);
        var kernel = emulator.driver.load(ptx).kernel("k");
        emulator.stream.launch(
            kernel,
            LaunchShape.of(Extent.of(500), Extent.of(40)),
            List.of(new KernelArgument.Pointer(sum)));
        bits.add(emulator.ints(sum, 1)[0]);
        assertThat(emulator.driver.lastLaunch().instructions()).isEqualTo(500L * 2 * 6);
      }
    }
    assertThat(bits.get(0)).isEqualTo(bits.get(1));
  }
}
