package dev.espalier.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.cuda.driver.DevicePointer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products against naive ones, by the documented layouts of their fragments. */
final class TensorCoreTest {
  private static final int M = 16;
  private static final int N = 8;

  /** Loads {@code count} registers of a lane from {@code base} + 4 * (lane * count + i). */
  private static String load(String base, String name, int first, int count) {
    StringBuilder text = new StringBuilder();
    text.append("mul.lo.s32 %r60, %r0, ").append(4 * count).append(";\n");
    text.append("cvt.u64.u32 %rd20, %r60;\nadd.s64 %rd21, ").append(base).append(", %rd20;\n");
    for (int i = 0; i < count; i++) {
      text.append("ld.global.b32 %")
          .append(name)
          .append(first + i)
          .append(", [%rd21+")
          .append(4 * i)
          .append("];\n");
    }
    return text.toString();
  }

  private static String list(String name, int first, int count) {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ", ").append('%').append(name).append(first + i);
    }
    return text.append('}').toString();
  }

  private static String product(String opcode, int a, int b, String more) {
    return EmulatorFixture.kernel(
        5,
        "mov.u32 %r0, %tid.x;\n"
            + load("%rd0", "r", 1, a)
            + load("%rd1", "r", 10, b)
            + load("%rd2", "f", 0, 4)
            + load("%rd3", "r", 20, 1)
            + "%s %s, %s, %s, %s%s;\n"
                .formatted(
                    opcode,
                    list("f", 4, 4),
                    a == 1 ? "%r1" : list("r", 1, a),
                    list("r", 10, b),
                    list("f", 0, 4),
                    more)
            + "mul.lo.s32 %r60, %r0, 16;\ncvt.u64.u32 %rd20, %r60;\nadd.s64 %rd21, %rd4, %rd20;\n"
            + "st.global.v4.f32 [%rd21], {%f4, %f5, %f6, %f7};");
  }

  private static int half(String type, float value) {
    return type.equals("f16")
        ? Float.floatToFloat16(value) & 0xFFFF
        : Float.floatToRawIntBits(value) >>> 16;
  }

  /** Small whole numbers over 8: exact in every type. */
  private static float[][] matrix(Random random, int rows, int columns) {
    float[][] matrix = new float[rows][columns];
    for (float[] row : matrix) {
      for (int i = 0; i < columns; i++) {
        row[i] = (random.nextInt(33) - 16) / 8f;
      }
    }
    return matrix;
  }

  private static void compare(
      String ptx, int[] a, int[] b, float[][] c, int[] metadata, float[][] expected) {
    float[] accumulators = new float[128];
    for (int lane = 0; lane < 32; lane++) {
      for (int i = 0; i < 4; i++) {
        accumulators[4 * lane + i] = c[lane / 4 + 8 * (i / 2)][2 * (lane % 4) + i % 2];
      }
    }
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer out = emulator.driver.allocate(512);
      emulator.run(
          ptx,
          1,
          32,
          emulator.ints(a),
          emulator.ints(b),
          emulator.floats(accumulators),
          emulator.ints(metadata),
          out);
      float[] d = emulator.floats(out, 128);
      for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < 4; i++) {
          assertThat(d[4 * lane + i])
              .isEqualTo(expected[lane / 4 + 8 * (i / 2)][2 * (lane % 4) + i % 2], within(1e-6f));
        }
      }
    }
  }

  private static float[][] naive(float[][] a, float[][] b, float[][] c) {
    float[][] d = new float[M][N];
    for (int i = 0; i < M; i++) {
      for (int j = 0; j < N; j++) {
        double sum = c[i][j];
        for (int k = 0; k < b.length; k++) {
          sum += (double) a[i][k] * b[k][j];
        }
        d[i][j] = (float) sum;
      }
    }
    return d;
  }

  @ParameterizedTest
  @CsvSource({"f16,8", "f16,16", "bf16,8", "bf16,16"})
  void halfPrecision(String type, int depth) {
    Random random = new Random(depth);
    float[][] a = matrix(random, M, depth);
    float[][] b = matrix(random, depth, N);
    float[][] c = matrix(random, M, N);
    int registersA = depth / 4;
    int registersB = depth / 8;
    int[] fragmentsA = new int[32 * registersA];
    int[] fragmentsB = new int[32 * registersB];
    for (int lane = 0; lane < 32; lane++) {
      int g = lane / 4;
      int t = lane % 4;
      for (int r = 0; r < registersA; r++) {
        int row = g + 8 * (r % 2);
        int k = 2 * t + 8 * (r / 2);
        fragmentsA[lane * registersA + r] = half(type, a[row][k]) | half(type, a[row][k + 1]) << 16;
      }
      for (int r = 0; r < registersB; r++) {
        int k = 2 * t + 8 * r;
        fragmentsB[lane * registersB + r] = half(type, b[k][g]) | half(type, b[k + 1][g]) << 16;
      }
    }
    String opcode = "mma.sync.aligned.m16n8k%d.row.col.f32.%s.%s.f32".formatted(depth, type, type);
    String ptx = product(opcode, registersA, registersB, "").replace("{%r10}", "%r10");
    compare(ptx, fragmentsA, fragmentsB, c, new int[32], naive(a, b, c));
  }

  @ParameterizedTest
  @CsvSource({"4", "8"})
  void tf32(int depth) {
    Random random = new Random(depth);
    float[][] a = matrix(random, M, depth);
    float[][] b = matrix(random, depth, N);
    float[][] c = matrix(random, M, N);
    int registersA = depth / 2;
    int registersB = depth / 4;
    int[] fragmentsA = new int[32 * registersA];
    int[] fragmentsB = new int[32 * registersB];
    for (int lane = 0; lane < 32; lane++) {
      for (int r = 0; r < registersA; r++) {
        // The bits below tf32 must not count.
        fragmentsA[lane * registersA + r] =
            Float.floatToRawIntBits(a[lane / 4 + 8 * (r % 2)][lane % 4 + 4 * (r / 2)]) | 0x1FFF;
      }
      for (int r = 0; r < registersB; r++) {
        fragmentsB[lane * registersB + r] = Float.floatToRawIntBits(b[lane % 4 + 4 * r][lane / 4]);
      }
    }
    String ptx =
        product(
                "mma.sync.aligned.m16n8k%d.row.col.f32.tf32.tf32.f32".formatted(depth),
                registersA,
                registersB,
                "")
            .replace("{%r10}", "%r10");
    compare(ptx, fragmentsA, fragmentsB, c, new int[32], naive(a, b, c));
  }

  @ParameterizedTest
  @CsvSource({"f16,mma.sp,0", "bf16,mma.sp::ordered_metadata,0", "f16,mma.sp,1"})
  void twoOfFour(String type, String name, int selector) {
    int depth = 32;
    Random random = new Random(selector);
    float[][] kept = matrix(random, M, depth / 2);
    float[][] a = new float[M][depth];
    float[][] b = matrix(random, depth, N);
    float[][] c = matrix(random, M, N);
    int[] metadata = new int[32];
    for (int row = 0; row < M; row++) {
      for (int chunk = 0; chunk < 8; chunk++) {
        int first = random.nextInt(3);
        int second = first + 1 + random.nextInt(3 - first);
        a[row][4 * chunk + first] = kept[row][2 * chunk];
        a[row][4 * chunk + second] = kept[row][2 * chunk + 1];
        int lane = 4 * (row % 8) + 2 * selector + chunk / 4;
        metadata[lane] |= (first | second << 2) << (4 * (chunk % 4) + 16 * (row / 8));
      }
    }
    int[] fragmentsA = new int[128];
    int[] fragmentsB = new int[128];
    for (int lane = 0; lane < 32; lane++) {
      int g = lane / 4;
      int t = lane % 4;
      for (int r = 0; r < 4; r++) {
        float[] row = kept[g + 8 * (r % 2)];
        int k = 2 * t + 8 * (r / 2);
        fragmentsA[4 * lane + r] = half(type, row[k]) | half(type, row[k + 1]) << 16;
        int from = 2 * t + 8 * r;
        fragmentsB[4 * lane + r] = half(type, b[from][g]) | half(type, b[from + 1][g]) << 16;
      }
    }
    String opcode = "%s.sync.aligned.m16n8k32.row.col.f32.%s.%s.f32".formatted(name, type, type);
    String ptx = product(opcode, 4, 4, ", %r20, " + selector);
    compare(ptx, fragmentsA, fragmentsB, c, metadata, naive(a, b, c));
  }

  @ParameterizedTest
  @CsvSource({"1,''", "2,''", "4,''", "1,.trans", "4,.trans"})
  void matrixLoads(int count, String transposed) {
    String registers = count == 1 ? "{%r10}" : list("r", 10, count);
    StringBuilder stores = new StringBuilder();
    for (int i = 0; i < count; i++) {
      stores
          .append("st.global.u32 [%rd21+")
          .append(4 * i)
          .append("], %r")
          .append(10 + i)
          .append(";\n");
    }
    String ptx =
        EmulatorFixture.kernel(
            2,
            """
            .shared .align 16 .b8 s[512];
            mov.u32 %%r0, %%tid.x;
            mul.lo.s32 %%r1, %%r0, 16;
            cvt.u64.u32 %%rd5, %%r1;
            add.s64 %%rd6, %%rd0, %%rd5;
            ld.global.v4.u32 {%%r2, %%r3, %%r4, %%r5}, [%%rd6];
            mov.u32 %%r6, s;
            add.s32 %%r6, %%r6, %%r1;
            st.shared.v4.u32 [%%r6], {%%r2, %%r3, %%r4, %%r5};
            bar.sync 0;
            ldmatrix.sync.aligned.m8n8.x%d%s.shared.b16 %s, [%%r6];
            mul.lo.s32 %%r60, %%r0, %d;
            cvt.u64.u32 %%rd20, %%r60;
            add.s64 %%rd21, %%rd1, %%rd20;
            """
                    .formatted(count, transposed, registers, 4 * count)
                + stores);
    int[] words = new int[128];
    for (int i = 0; i < 128; i++) {
      words[i] = 2 * i | (2 * i + 1) << 16;
    }
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer out = emulator.driver.allocate(128L * count);
      emulator.run(ptx, 1, 32, emulator.ints(words), out);
      int[] got = emulator.ints(out, 32 * count);
      for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < count; i++) {
          int row = lane / 4;
          int column = 2 * (lane % 4);
          // The element (r, c) of matrix i is the number 64 i + 8 r + c.
          int first = 64 * i + (transposed.isEmpty() ? 8 * row + column : 8 * column + row);
          int second = first + (transposed.isEmpty() ? 1 : 8);
          assertThat(got[lane * count + i]).isEqualTo(first | second << 16);
        }
      }
    }
  }

  @Test
  void asynchronousCopiesFillWithZeros() {
    String ptx =
        EmulatorFixture.kernel(
            2,
            """
            .shared .align 16 .b8 s[512];
            mov.u32 %r0, %tid.x;
            shl.b32 %r1, %r0, 4;
            cvt.u64.u32 %rd5, %r1;
            add.s64 %rd6, %rd0, %rd5;
            mov.u32 %r6, s;
            add.s32 %r6, %r6, %r1;
            and.b32 %r7, %r0, 3;
            shl.b32 %r7, %r7, 2;
            cp.async.cg.shared.global [%r6], [%rd6], 16, %r7;
            cp.async.commit_group;
            cp.async.wait_group 0;
            ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [%r6];
            add.s64 %rd7, %rd1, %rd5;
            st.global.v4.u32 [%rd7], {%r2, %r3, %r4, %r5};
            """);
    int[] in = new int[128];
    Arrays.setAll(in, i -> i + 1);
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer out = emulator.driver.allocate(512);
      emulator.run(ptx, 1, 32, emulator.ints(in), out);
      int[] got = emulator.ints(out, 128);
      for (int i = 0; i < 128; i++) {
        int words = i / 4 % 4;
        assertThat(got[i]).isEqualTo(i % 4 < words ? i + 1 : 0);
      }
    }
  }
}
