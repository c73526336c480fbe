package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.DeviceProperties;

/**
 * The public facts about a GPU that bound how fast a kernel can be.
 *
 * @param properties what the driver says of the device
 * @param memoryBytes its global memory
 * @param memoryBandwidth bytes a second to and from global memory
 * @param fp32Lanes single-precision fused multiply-adds a cycle and multiprocessor
 * @param fp64Lanes double-precision fused multiply-adds a cycle and multiprocessor
 * @param intLanes integer additions a cycle and multiprocessor
 * @param specialLanes reciprocals, roots, exponentials a cycle and multiprocessor
 * @param tensorTf32 fused multiply-adds a cycle and multiprocessor of dense tf32 matrix products
 * @param tensorHalf the same of bf16 and f16
 * @param l2BytesPerCycle bytes a cycle from the second-level cache to all multiprocessors
 * @param maxBlocksPerMultiprocessor resident blocks
 */
public record DeviceDescription(
    DeviceProperties properties,
    long memoryBytes,
    double memoryBandwidth,
    int fp32Lanes,
    int fp64Lanes,
    int intLanes,
    int specialLanes,
    int tensorTf32,
    int tensorHalf,
    int l2BytesPerCycle,
    int maxBlocksPerMultiprocessor) {
  private static final int REGISTERS = 65_536;
  private static final int KIB = 1024;

  /**
   * NVIDIA A100 SXM4 40 GB.
   *
   * <p>Source: NVIDIA A100 Tensor Core GPU Architecture (white paper, 2020): 108 multiprocessors at
   * 1410 MHz with 64 FP32, 32 FP64, 64 INT32 lanes; 156 TFLOP/s tf32, 312 TFLOP/s bf16, 1555 GB/s,
   * 5120 bytes a cycle from L2; CUDA C++ Programming Guide, compute capability 8.0, for the limits.
   */
  public static DeviceDescription a100() {
    DeviceProperties properties =
        new DeviceProperties(
            "emulated A100",
            8,
            0,
            108,
            32,
            1024,
            2048,
            REGISTERS,
            48 * KIB,
            163 * KIB,
            164 * KIB,
            40 * KIB * KIB,
            5120,
            1_215_000,
            1_410_000);
    return new DeviceDescription(
        properties, 40L << 30, 1.555e12, 64, 32, 64, 16, 512, 1024, 5120, 32);
  }

  /**
   * NVIDIA H100 SXM5 80 GB.
   *
   * <p>Source: NVIDIA H100 Tensor Core GPU Architecture (white paper, 2022) and data sheet: 132
   * multiprocessors at 1980 MHz with 128 FP32, 64 FP64, 64 INT32 lanes; 494 TFLOP/s tf32, 989
   * TFLOP/s bf16, 3.35 TB/s, the L2 taken to be as wide as the A100's; CUDA C++ Programming Guide,
   * compute capability 9.0, for the limits.
   */
  public static DeviceDescription h100() {
    return hopper("emulated H100", 80L << 30, 5120, 2_619_000, 3.35e12);
  }

  /**
   * NVIDIA H200 SXM 141 GB.
   *
   * <p>Source: NVIDIA H200 data sheet: the processor of the H100 with 141 GB at 4.8 TB/s.
   */
  public static DeviceDescription h200() {
    return hopper("emulated H200", 141L << 30, 6144, 3_125_000, 4.8e12);
  }

  private static DeviceDescription hopper(
      String name, long memory, int busBits, int memoryKilohertz, double bandwidth) {
    DeviceProperties properties =
        new DeviceProperties(
            name,
            9,
            0,
            132,
            32,
            1024,
            2048,
            REGISTERS,
            48 * KIB,
            227 * KIB,
            228 * KIB,
            50 * KIB * KIB,
            busBits,
            memoryKilohertz,
            1_980_000);
    return new DeviceDescription(
        properties, memory, bandwidth, 128, 64, 64, 16, 946, 1892, 5120, 32);
  }
}
