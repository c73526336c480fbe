package dev.espalier.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.driver.DevicePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Approximate instructions with the largest error that they may have. */
final class ApproximationsTest {
  private static final float[] ARGUMENTS = {
    0.1f, 0.3f, 0.7f, 1.1f, 1.5f, 2.2f, 3.3f, 5.1f, 7.25f, 10.7f, 17.3f, 30.5f
  };

  private static float[] run(Approximations approximations, String instruction, float[] x) {
    String ptx =
        EmulatorFixture.kernel(
            2,
            "mov.u32 %r0, %tid.x;\n"
                + "mul.wide.u32 %rd2, %r0, 4;\n"
                + "add.u64 %rd0, %rd0, %rd2;\n"
                + "add.u64 %rd1, %rd1, %rd2;\n"
                + "ld.global.f32 %f1, [%rd0];\n"
                + instruction
                + " %f0, %f1;\nst.global.f32 [%rd1], %f0;");
    var builder = EmulatedDriver.builder().approximations(approximations);
    try (EmulatorFixture emulator = new EmulatorFixture(builder)) {
      DevicePointer out = emulator.driver.allocate(4L * x.length);
      emulator.run(ptx, 1, x.length, emulator.floats(x), out);
      return emulator.floats(out, x.length);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ex2.approx.ftz.f32,  0x1p-22",
    "rcp.approx.ftz.f32,  0x1p-23",
    "sqrt.approx.f32,     0x1p-23",
    "rsqrt.approx.f32,    0x1.2p-23",
    "tanh.approx.f32,     0x1p-11",
  })
  void theyUseUpTheirBoundOnBothSides(String instruction, double bound) {
    float[] nearest = run(Approximations.NEAREST, instruction, ARGUMENTS);
    float[] farthest = run(Approximations.FARTHEST, instruction, ARGUMENTS);
    double above = 0;
    double below = 0;
    for (int i = 0; i < ARGUMENTS.length; i++) {
      double error = ((double) farthest[i] - nearest[i]) / nearest[i];
      above = Math.max(above, error);
      below = Math.max(below, -error);
    }
    assertThat(above).isBetween(bound / 2, bound);
    assertThat(below).isBetween(bound / 2, bound);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ex2.approx.ftz.f32", "rcp.approx.ftz.f32", "lg2.approx.f32"})
  void theTablesOfSpecialCasesHold(String instruction) {
    float[] special = {
      0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.MIN_VALUE
    };
    assertThat(run(Approximations.FARTHEST, instruction, special))
        .containsExactly(run(Approximations.NEAREST, instruction, special));
  }

  /** The toolkit's double-precision functions scale by such powers. */
  @Test
  void wholePowersOfTwoStayExact() {
    float[] whole = {-149, -30, -1, 1, 2, 3, 17, 127};
    assertThat(run(Approximations.FARTHEST, "ex2.approx.f32", whole))
        .containsExactly(run(Approximations.NEAREST, "ex2.approx.f32", whole));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sqrt.rn.f32", "rcp.rn.f32", "neg.f32"})
  void whatIsRoundedCorrectlyStaysSo(String instruction) {
    assertThat(run(Approximations.FARTHEST, instruction, ARGUMENTS))
        .containsExactly(run(Approximations.NEAREST, instruction, ARGUMENTS));
  }
}
