package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

/** Without any provider of devices on the path. */
final class BackendsTest {
  private static final Device GPU = new Device("cuda", 0);

  @Test
  void theCpuIsAlwaysThere() {
    assertThat(Backends.devices()).containsExactly(Device.CPU);
  }

  @Test
  void anAbsentDeviceIsRefusedByNameAndNothingIsLost() {
    try (Tensor host = Tensor.of(Shape.of(2), new double[] {1, 2})) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> host.to(GPU))
          .withMessageContainingAll("cuda:0", "add dev.espalier:espalier-cuda");
      assertThat(host.to(Device.CPU).toDoubleArray()).containsExactly(1, 2);
    }
  }
}
