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
    assertThat(new KernelArgument.Longs(1, 2, 3).bytes()).isEqualTo(24);
    assertThat(new KernelArgument.Longs(1, 2, 3).alignment()).isEqualTo(8);
    assertThat(new KernelArgument.Float32(1).alignment()).isEqualTo(4);
  }

  @Test
  void argumentsAreWrittenAsTheDeviceReadsThem() {
    ByteBuffer bytes = ByteBuffer.allocate(56).order(ByteOrder.nativeOrder());
    MemorySegment target = MemorySegment.ofBuffer(bytes);
    new KernelArgument.Pointer(new DevicePointer(0x1234)).write(target, 0);
    new KernelArgument.Int32(-7).write(target, 8);
    new KernelArgument.Float32(1.5f).write(target, 12);
    new KernelArgument.Int64(Long.MIN_VALUE).write(target, 16);
    new KernelArgument.Float64(-2.5).write(target, 24);
    new KernelArgument.Longs(5, 6, 7).write(target, 32);
    assertThat(bytes.getLong(0)).isEqualTo(0x1234);
    assertThat(bytes.getInt(8)).isEqualTo(-7);
    assertThat(bytes.getFloat(12)).isEqualTo(1.5f);
    assertThat(bytes.getLong(16)).isEqualTo(Long.MIN_VALUE);
    assertThat(bytes.getDouble(24)).isEqualTo(-2.5);
    assertThat(new long[] {bytes.getLong(32), bytes.getLong(40), bytes.getLong(48)})
        .containsExactly(5, 6, 7);
  }

  @Test
  void pointersMoveByBytesAndAreNeverNull() {
    assertThat(new DevicePointer(0x1000).plus(0x10)).hasToString("device 0x1010");
    assertThatIllegalArgumentException().isThrownBy(() -> new DevicePointer(0));
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> new DevicePointer(Long.MAX_VALUE).plus(1));
  }
}
