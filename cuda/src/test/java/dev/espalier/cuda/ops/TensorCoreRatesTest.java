package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.cuda.driver.DeviceProperties;
import dev.espalier.cuda.emulator.DeviceDescription;
import org.junit.jupiter.api.Test;

/** Tensor cores beside float32 units. */
final class TensorCoreRatesTest {
  private static DeviceProperties capability(int major, int minor) {
    return new DeviceProperties(
        "any", major, minor, 1, 32, 1024, 2048, 65_536, 49_152, 101_376, 102_400, 1, 1, 1, 1);
  }

  @Test
  void anA100HasThoseOfItsDescription() {
    DeviceDescription a100 = DeviceDescription.a100();
    double tf32 = (double) a100.tensorTf32() / a100.fp32Lanes();
    double half = (double) a100.tensorHalf() / a100.fp32Lanes();
    assertThat(rate(a100.properties(), TensorCoreType.TF32)).isEqualTo(tf32).isEqualTo(8);
    assertThat(rate(a100.properties(), TensorCoreType.BFLOAT16)).isEqualTo(half).isEqualTo(16);
    assertThat(rate(a100.properties(), TensorCoreType.FLOAT16)).isEqualTo(half);
  }

  /** Nobody gets the rest without {@code wgmma}. */
  @Test
  void hopperReachesAShareOfThoseOfItsDescription() {
    DeviceDescription h200 = DeviceDescription.h200();
    double half = (double) h200.tensorHalf() / h200.fp32Lanes();
    assertThat(rate(h200.properties(), TensorCoreType.BFLOAT16) / half)
        .isCloseTo(0.62, within(1e-9));
    assertThat(rate(h200.properties(), TensorCoreType.TF32)).isCloseTo(4.58, within(0.01));
  }

  @Test
  void othersHaveTheLeast() {
    for (DeviceProperties device :
        new DeviceProperties[] {capability(8, 6), capability(8, 9), capability(99, 0)}) {
      assertThat(rate(device, TensorCoreType.TF32)).isEqualTo(1);
      assertThat(rate(device, TensorCoreType.FLOAT16)).isEqualTo(2);
    }
  }

  private static double rate(DeviceProperties device, TensorCoreType type) {
    return TensorCoreRates.overFloat32(device, type);
  }
}
