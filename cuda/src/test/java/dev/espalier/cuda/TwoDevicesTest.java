package dev.espalier.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Tensors go from one device to another. */
@DisabledIfSystemProperty(named = "espalier.cuda.emulator", matches = "false")
final class TwoDevicesTest {
  private static final Device FIRST = new Device("cuda", 0);
  private static final Device SECOND = new Device("cuda", 1);

  @Test
  void aTensorMovesFromDeviceToDevice() {
    try (Tensor host = RandomFill.uniform(new Generator(1), DType.FLOAT32, Shape.of(3, 5), -1, 1);
        Tensor first = host.to(FIRST);
        Tensor second = first.transpose().to(SECOND);
        Tensor back = second.to(FIRST)) {
      assertThat(second.device()).isEqualTo(SECOND);
      assertThat(back.device()).isEqualTo(FIRST);
      assertThat(second.transpose().toFloatArray()).isEqualTo(host.toFloatArray());
      assertThat(back.transpose().toFloatArray()).isEqualTo(host.toFloatArray());
    }
  }
}
