package dev.espalier.cuda.bench;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.cuda.memory.DeviceBuffer;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * What no kernel can exceed, measured on the device.
 *
 * @param gigabytesPerSecond copying, read and written bytes both counted
 * @param fp32 multiply-adds in registers, in 10⁹ operations per second
 * @param bf16 {@code mma.sync} of bfloat16 on operands in registers, and of float16, whose rate is
 *     the same
 * @param tf32 {@code mma.sync} of tf32 on operands in registers
 */
record Ceilings(double gigabytesPerSecond, double fp32, double bf16, double tf32) {
  private static final int THREADS = 256;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int WARP = 32;

  /** As in {@code probe.cu}. */
  private static final long STEPS_PER_ROUND = 8 * 16;

  private static final int ROUNDS = 2000;
  private static final long COPY_BYTES = 1L << 30;
  private static final int SMALL_ROUNDS = 1;
  private static final long SMALL_COPY_BYTES = 1L << 20;

  /** 1 as a pair of bfloat16 numbers, and as a float32 number. */
  private static final int ONE_BF16 = 0x3f80_3f80;

  private static final int ONE_F32 = 0x3f80_0000;

  /** Takes some hundred milliseconds. */
  static Ceilings measure(DeviceContext context, Effort effort) {
    var watch = new Stopwatch(context, effort);
    int rounds = effort.small() ? SMALL_ROUNDS : ROUNDS;
    return new Ceilings(
        copyRate(context, watch, effort.small() ? SMALL_COPY_BYTES : COPY_BYTES),
        rate(context, watch, 2L * WARP, rounds, "fma_f32", launch -> launch.float32(1).float32(0)),
        rate(context, watch, 2L * 16 * 8 * 16, rounds, "mma_bf16", l -> l.int32(ONE_BF16)),
        rate(context, watch, 2L * 16 * 8 * 8, rounds, "mma_tf32", l -> l.int32(ONE_F32)));
  }

  private static double copyRate(DeviceContext context, Stopwatch watch, long bytes) {
    try (DeviceBuffer from = context.scratch(bytes, "copy");
        DeviceBuffer to = context.scratch(bytes, "copy")) {
      context.stream().fill(context.pointer(from), (byte) 1, bytes);
      Timing timing =
          watch.time(
              1,
              _ ->
                  context.stream().copyOnDevice(context.pointer(from), context.pointer(to), bytes));
      return 2.0 * bytes / timing.micros() / 1e3;
    }
  }

  private static double rate(
      DeviceContext context,
      Stopwatch watch,
      long operationsOfWarp,
      int rounds,
      String entry,
      UnaryOperator<Launch> operands) {
    int blocks = context.properties().multiprocessors() * BLOCKS_PER_MULTIPROCESSOR;
    try (DeviceBuffer out = context.scratch(4L * blocks * THREADS, entry)) {
      Timing timing =
          watch.time(
              1,
              _ ->
                  operands
                      .apply(context.launch("probe", entry).int32(rounds))
                      .pointer(context.pointer(out))
                      .run(Extent.of(blocks), Extent.of(THREADS)));
      double warps = (double) blocks * THREADS / WARP;
      return warps * rounds * STEPS_PER_ROUND * operationsOfWarp / timing.micros() / 1e3;
    }
  }

  /** Operations that a type's units do in a second, in 10⁹. */
  double arithmetic(NumberType type) {
    return switch (type) {
      case F32 -> fp32;
      case TF32 -> tf32;
      case BF16, F16 -> bf16;
    };
  }

  /** The least time for that work in microseconds. */
  double floorMicros(NumberType type, double flops, double bytes) {
    return Math.max(flops / arithmetic(type), bytes / gigabytesPerSecond) / 1e3;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "copy %.0f GB/s; in registers fp32 %.1f, mma.sync tf32 %.1f, bf16 %.1f TFLOP/s",
        gigabytesPerSecond,
        fp32 / 1e3,
        tf32 / 1e3,
        bf16 / 1e3);
  }
}
