package dev.espalier.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.driver.DevicePointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One instruction each, on numbers whose result can be checked by hand. */
final class ArithmeticTest {
  private static int run32(String instruction, long a, long b, long c) {
    String ptx =
        EmulatorFixture.kernel(
            2,
            "ld.global.b32 %r1, [%rd0];\n"
                + "ld.global.b32 %r2, [%rd0+4];\n"
                + "ld.global.b32 %r3, [%rd0+8];\n"
                + "mov.b32 {%h1, %h9}, %r1;\n"
                + "mov.b32 {%h2, %h9}, %r2;\n"
                + "mov.b32 {%h3, %h9}, %r3;\n"
                + instruction
                + "\nst.global.b32 [%rd1], %r0;");
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer out = emulator.driver.allocate(4);
      emulator.run(ptx, 1, 1, emulator.ints((int) a, (int) b, (int) c), out);
      return emulator.ints(out, 1)[0];
    }
  }

  private static long run64(String instruction, long a, long b, long c) {
    String ptx =
        EmulatorFixture.kernel(
            2,
            "ld.global.b64 %rd5, [%rd0];\n"
                + "ld.global.b64 %rd6, [%rd0+8];\n"
                + "ld.global.b64 %rd7, [%rd0+16];\n"
                + "cvt.u32.u64 %r1, %rd5;\n"
                + "cvt.u32.u64 %r2, %rd6;\n"
                + "cvt.u32.u64 %r3, %rd7;\n"
                + instruction
                + "\nst.global.b64 [%rd1], %rd4;");
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer out = emulator.driver.allocate(8);
      emulator.run(ptx, 1, 1, emulator.longs(a, b, c), out);
      return emulator.longs(out, 1)[0];
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "add.s32 %r0, %r1, %r2;             | 7          | -9    | 0   | -2",
        "add.sat.s32 %r0, %r1, %r2;         | 2147483647 | 9     | 0   | 2147483647",
        "mul.hi.u32 %r0, %r1, %r2;          | -1         | -1    | 0   | -2",
        "mul.hi.s32 %r0, %r1, %r2;          | -1         | -1    | 0   | 0",
        "mad.lo.s32 %r0, %r1, %r2, %r3;     | 6          | 7     | -2  | 40",
        "div.s32 %r0, %r1, %r2;             | -7         | 2     | 0   | -3",
        "rem.s32 %r0, %r1, %r2;             | -7         | 2     | 0   | -1",
        "div.u32 %r0, %r1, %r2;             | -7         | 2     | 0   | 2147483644",
        "shl.b32 %r0, %r1, %r2;             | 3          | 33    | 0   | 0",
        "shr.s32 %r0, %r1, %r2;             | -8         | 40    | 0   | -1",
        "shr.u32 %r0, %r1, %r2;             | -8         | 28    | 0   | 15",
        "bfe.u32 %r0, %r1, %r2, %r3;        | 2882400018 | 8     | 8   | 239",
        "bfe.s32 %r0, %r1, %r2, %r3;        | 32768      | 12    | 4   | -8",
        "bfi.b32 %r0, %r1, %r2, 4, 8;       | 255        | 0     | 0   | 4080",
        "prmt.b32 %r0, %r1, %r2, 0x0123;    | 16909060   | 0     | 0   | 67305985",
        "lop3.b32 %r0, %r1, %r2, %r3, 0x96; | 12         | 10    | 9   | 15",
        "shf.l.wrap.b32 %r0, %r1, %r2, %r3; | -2147483648| 1     | 1   | 3",
        "shf.r.clamp.b32 %r0, %r1, %r2, %r3;| 5          | 9     | 99  | 9",
        "popc.b32 %r0, %r1;                 | 255        | 0     | 0   | 8",
        "clz.b32 %r0, %r1;                  | 1          | 0     | 0   | 31",
        "bfind.u32 %r0, %r1;                | 0          | 0     | 0   | -1",
        "bfind.s32 %r0, %r1;                | -3         | 0     | 0   | 1",
        "brev.b32 %r0, %r1;                 | 1          | 0     | 0   | -2147483648",
        "sad.u32 %r0, %r1, %r2, %r3;        | 3          | 9     | 1   | 7",
        "dp4a.s32.s32 %r0, %r1, %r2, %r3;   | 33620223   | 16843009 | 5 | 7",
        "min.u32 %r0, %r1, %r2;             | -1         | 5     | 0   | 5",
        "max.s32 %r0, %r1, %r2;             | -1         | 5     | 0   | 5",
        "mul.wide.s16 %r0, %h1, %h2;        | 65535      | 300   | 0   | -300",
        "cvt.s32.s8 %r0, %r1;               | 200        | 0     | 0   | -56",
        "cvt.sat.u8.s32 %r0, %r1;           | 300        | 0     | 0   | 255",
        "cvt.sat.s8.s32 %r0, %r1;           | -300       | 0     | 0   | -128",
        "setp.lt.u32 %p1, %r1, %r2; selp.b32 %r0, 7, 8, %p1; | -1 | 1 | 0 | 8",
        "set.gt.s32.s32 %r0, %r1, %r2;      | 4          | 1     | 0   | -1",
        "add.cc.u32 %r4, %r1, %r2; addc.u32 %r0, %r3, 0; | -1 | 1 | 5 | 6",
        "sub.cc.u32 %r4, %r1, %r2; subc.u32 %r0, %r3, 0; | 0  | 1 | 5 | 4",
      })
  void integers(String instruction, long a, long b, long c, int expected) {
    assertThat(run32(instruction, a, b, c)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "add.s64 %rd4, %rd5, %rd6;        | 7   | -9 | 0 | -2",
        "mul.wide.u32 %rd4, %r1, %r2;     | -1  | 2  | 0 | 8589934590",
        "mul.wide.s32 %rd4, %r1, %r2;     | -1  | 2  | 0 | -2",
        "mad.wide.s32 %rd4, %r1, %r2, %rd7; | -3 | 2 | 10 | 4",
        "mul.hi.s64 %rd4, %rd5, %rd6;     | -1  | 2  | 0 | -1",
        "mul.hi.u64 %rd4, %rd5, %rd6;     | -1  | 2  | 0 | 1",
        "shr.u64 %rd4, %rd5, %r2;         | -1  | 60 | 0 | 15",
        "shl.b64 %rd4, %rd5, %r2;         | -1  | 64 | 0 | 0",
        "bfi.b64 %rd4, %rd5, %rd6, 40, 8; | 1   | 2  | 0 | 1099511627778",
        "clz.b64 %r9, %rd5; cvt.u64.u32 %rd4, %r9; | 1 | 0 | 0 | 63",
        "mov.b64 %rd4, {%r1, %r2};        | 1   | 2  | 0 | 8589934593",
        "cvt.s64.s32 %rd4, %r1;           | -5  | 0  | 0 | -5",
        "cvt.rzi.s64.f64 %rd4, 0dC002000000000000; | 0 | 0 | 0 | -2",
        "cvt.rzi.u64.f64 %rd4, 0d43EFFFFFFFFFFFFF; | 0 | 0 | 0 | -2048",
        "cvt.rzi.u64.f32 %rd4, 0f7FC00000; | 0 | 0 | 0 | 0",
      })
  void longs(String instruction, long a, long b, long c, long expected) {
    assertThat(run64(instruction, a, b, c)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // 1 + 2^-24 is halfway between 1 and the next float.
        "add.rn.f32 %f0, 0f3F800000, 0f33800000; | 0x1p0",
        "add.rz.f32 %f0, 0f3F800000, 0f33800000; | 0x1p0",
        "add.rm.f32 %f0, 0f3F800000, 0f33800000; | 0x1p0",
        "add.rp.f32 %f0, 0f3F800000, 0f33800000; | 0x1.000002p0",
        "add.rz.f32 %f0, 0fBF800000, 0fB3800000; | -0x1p0",
        "add.rm.f32 %f0, 0fBF800000, 0fB3800000; | -0x1.000002p0",
        // Even a term far below the last bit counts.
        "fma.rp.f32 %f0, 0f0DA24260, 0f0DA24260, 0f3F800000; | 0x1.000002p0",
        "fma.rm.f32 %f0, 0f8DA24260, 0f0DA24260, 0f3F800000; | 0x1.fffffep-1",
        // (1 + 2^-23)^2 - (1 + 2^-22) = 2^-46 survives a single rounding.
        "fma.rn.f32 %f0, 0f3F800001, 0f3F800001, 0fBF800002; | 0x1p-46",
        "mul.rm.f32 %f0, 0f7F7FFFFF, 0f40000000; | 0x1.fffffep127",
        "div.rn.f32 %f0, 0f3F800000, 0f40400000; | 0x1.555556p-2",
        "div.rz.f32 %f0, 0f3F800000, 0f40400000; | 0x1.555554p-2",
        "rcp.rp.f32 %f0, 0fC0400000; | -0x1.555554p-2",
        "sqrt.rm.f32 %f0, 0f40400000; | 0x1.bb67aep0",
        "add.ftz.f32 %f0, 0f00000001, 0f00000001; | 0x0p0",
        "add.sat.f32 %f0, 0f3F800000, 0f3F800000; | 0x1p0",
        "add.sat.f32 %f0, 0fBF800000, 0f00000000; | 0x0p0",
        "min.f32 %f0, 0f7FC00000, 0f3F800000; | 0x1p0",
        "max.NaN.f32 %f0, 0f7FC00000, 0f3F800000; | NaN",
        "copysign.f32 %f0, 0fBF800000, 0f40000000; | -0x1p1",
        "ex2.approx.f32 %f0, 0f40400000; | 0x1p3",
        "lg2.approx.f32 %f0, 0f41000000; | 0x1.8p1",
        "cvt.rni.f32.f32 %f0, 0f40200000; | 0x1p1",
        "cvt.rpi.f32.f32 %f0, 0f40200000; | 0x1.8p1",
        "cvt.rn.f32.s32 %f0, 16777217; | 0x1p24",
        "cvt.rp.f32.s32 %f0, 16777217; | 0x1.000002p24",
        "cvt.rn.f32.f64 %f0, 0d3FF0000010000000; | 0x1p0",
        "cvt.rna.tf32.f32 %r9, 0f3F801000; mov.b32 %f0, %r9; | 0x1.004p0",
      })
  void floats(String instruction, String expected) {
    float got = Float.intBitsToFloat(run32(instruction + "\nmov.b32 %r0, %f0;", 0, 0, 0));
    assertThat(Float.toHexString(got)).isEqualTo(Float.toHexString(Float.parseFloat(expected)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "add.rz.f64 %fd0, 0d3FF0000000000000, 0dBC00000000000000; | 0x1.fffffffffffffp-1",
        "add.rp.f64 %fd0, 0d3FF0000000000000, 0d3C00000000000000; | 0x1.0000000000001p0",
        "fma.rn.f64 %fd0, 0d3FF0000000000001, 0d3FF0000000000001, 0dBFF0000000000002; | 0x1p-104",
        "mul.rm.f64 %fd0, 0d3FF0000000000001, 0d3FF0000000000001; | 0x1.0000000000002p0",
        "cvt.rmi.f64.f64 %fd0, 0dC004000000000000; | -0x1.8p1",
        "cvt.f64.f32 %fd0, 0f3F800001; | 0x1.000002p0",
        "rcp.approx.ftz.f64 %fd0, 0d4008000000000000; | 0x1.55555p-2",
      })
  void doubles(String instruction, String expected) {
    double got = Double.longBitsToDouble(run64(instruction + "\nmov.b64 %rd4, %fd0;", 0, 0, 0));
    assertThat(got).isEqualTo(Double.parseDouble(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // 1.5 * 2 + 1 in both halves; f16 0x3E00 = 1.5, 0x4000 = 2, 0x3C00 = 1, 0x4400 = 4
        "fma.rn.f16x2 %r0, %r1, %r2, %r3;  | 3E003E00 | 40004000 | 3C003C00 | 44004400",
        // bf16: 1 + 2^-8 is a tie and stays 1
        "add.rn.bf16x2 %r0, %r1, %r2;      | 3F803F80 | 3B803F80 | 0        | 3F804000",
        "fma.rn.bf16x2 %r0, %r1, %r2, %r3; | 3F803F80 | 3F803F80 | 3F803F80 | 40004000",
        "max.f16x2 %r0, %r1, %r2;          | 7E003C00 | 40003800 | 0        | 40003C00",
        "neg.f16x2 %r0, %r1;               | 3C00BC00 | 0        | 0        | BC003C00",
        "cvt.rn.f16x2.f32 %r0, %r1, %r2;   | 3F800000 | 40000000 | 0        | 3C004000",
        "cvt.rn.bf16x2.f32 %r0, %r1, %r2;  | 3F808000 | 3F818000 | 0        | 3F803F82",
        "cvt.f32.f16 %r0, %h1;             | C000     | 0        | 0        | C0000000",
        "cvt.rn.f16.f32 %h4, %r1; mov.b32 %r0, {%h4, %h4}; | 477FF000 | 0 | 0 | 7C007C00",
      })
  void halves(String instruction, String a, String b, String c, String expected) {
    int got =
        run32(instruction, Long.parseLong(a, 16), Long.parseLong(b, 16), Long.parseLong(c, 16));
    assertThat(Integer.toHexString(got)).isEqualToIgnoringCase(expected);
  }
}
