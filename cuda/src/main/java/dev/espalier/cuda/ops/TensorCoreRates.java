package dev.espalier.cuda.ops;

import dev.espalier.cuda.driver.DeviceProperties;

/**
 * How many multiply-adds the tensor cores of a device do, as {@code mma.sync}, in the time of one
 * of float32.
 *
 * <p>Sources: CUDA C++ Programming Guide, arithmetic instructions, for 64 (8.0) and 128
 * multiply-adds of float32 a cycle and multiprocessor; the NVIDIA A100, H100, Ampere GA102 and Ada
 * architecture white papers for the dense rates of tensor cores, of GA102 and Ada those of GeForce,
 * where sums in float32 take twice the time; W. Luo et al., Benchmarking and Dissecting the Nvidia
 * Hopper GPU Architecture, 2024, for the 62 % of Hopper's that {@code mma.sync} reaches.
 */
final class TensorCoreRates {
  private static final double HOPPER_SHARE = 0.62;

  private TensorCoreRates() {}

  /** Blackwell's of data centres are taken for Hopper's; of devices not listed, the least are. */
  static double overFloat32(DeviceProperties device, TensorCoreType type) {
    double half =
        switch (device.computeMajor() * 10 + device.computeMinor()) {
          case 80 -> 1024.0 / 64;
          case 90, 100, 103 -> HOPPER_SHARE * 1892 / 128;
          default -> 256.0 / 128;
        };
    return type == TensorCoreType.TF32 ? half / 2 : half;
  }
}
