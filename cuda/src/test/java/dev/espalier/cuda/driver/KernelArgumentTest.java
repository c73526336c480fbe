package dev.espalier.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class KernelArgumentTest {
  @Test
  void argumentsHaveTheSizesOfTheirPtxTypes() {
    assertThat(new KernelArgument.Pointer(new DevicePointer(256)).bytes()).isEqualTo(8);
    assertThat(new KernelArgument.Int32(-1).bytes()).isEqualTo(4);
    assertThat(new KernelArgument.Int64(-1).bytes()).isEqualTo(8);
    assertThat(new KernelArgument.Float32(1).bytes()).isEqualTo(4);
    assertThat(new KernelArgument.Float64(1).bytes()).isEqualTo(8);
  }

  @Test
  void structsPassTheirBytesWhateverThePosition() {
    var bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(7).putLong(-2);
    var argument = new KernelArgument.Struct(bytes);
    assertThat(argument.bytes()).isEqualTo(12);
    assertThat(argument.value().getInt(0)).isEqualTo(7);
    assertThat(argument.value().getLong(4)).isEqualTo(-2);
  }

  @Test
  void pointersMoveByBytesAndAreNeverNull() {
    assertThat(new DevicePointer(0x1000).plus(0x10)).hasToString("device 0x1010");
    assertThatIllegalArgumentException().isThrownBy(() -> new DevicePointer(0));
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> new DevicePointer(Long.MAX_VALUE).plus(1));
  }
}
