package dev.espalier.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
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
  void argumentsAreWrittenAsTheDeviceReadsThem() {
    ByteBuffer bytes = ByteBuffer.allocate(44).order(ByteOrder.nativeOrder());
    MemorySegment target = MemorySegment.ofBuffer(bytes);
    new KernelArgument.Pointer(new DevicePointer(0x1234)).write(target, 0);
    new KernelArgument.Int32(-7).write(target, 8);
    new KernelArgument.Float32(1.5f).write(target, 12);
    new KernelArgument.Int64(Long.MIN_VALUE).write(target, 16);
    new KernelArgument.Float64(-2.5).write(target, 24);
    ByteBuffer struct = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    new KernelArgument.Struct(struct.putLong(0, 5).putInt(8, 6)).write(target, 32);
    assertThat(bytes.getLong(0)).isEqualTo(0x1234);
    assertThat(bytes.getInt(8)).isEqualTo(-7);
    assertThat(bytes.getFloat(12)).isEqualTo(1.5f);
    assertThat(bytes.getLong(16)).isEqualTo(Long.MIN_VALUE);
    assertThat(bytes.getDouble(24)).isEqualTo(-2.5);
    assertThat(bytes.getLong(32)).isEqualTo(5);
    assertThat(bytes.getInt(40)).isEqualTo(6);
  }

  @Test
  void pointersMoveByBytesAndAreNeverNull() {
    assertThat(new DevicePointer(0x1000).plus(0x10)).hasToString("device 0x1010");
    assertThatIllegalArgumentException().isThrownBy(() -> new DevicePointer(0));
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> new DevicePointer(Long.MAX_VALUE).plus(1));
  }
}
