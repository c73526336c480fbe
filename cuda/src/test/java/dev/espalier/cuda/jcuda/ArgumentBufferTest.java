package dev.espalier.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.KernelParameter;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ArgumentBufferTest {
  @Test
  void aTableOfAddressesPointsAtTheValues() {
    ByteBuffer struct = ByteBuffer.allocate(20);
    struct.put(19, (byte) 5);
    List<KernelArgument> arguments =
        List.of(
            new KernelArgument.Pointer(new DevicePointer(0xabc0)),
            new KernelArgument.Struct(struct),
            new KernelArgument.Float32(2.5f),
            new KernelArgument.Int64(-9));
    try (var buffer = new ArgumentBuffer()) {
      buffer.write(
          "test",
          List.of(
              new KernelParameter('u', 8),
              new KernelParameter('b', 20),
              new KernelParameter('f', 4),
              new KernelParameter('s', 8)),
          arguments);
      assertThat(buffer.value(0, 8).getLong()).isEqualTo(0xabc0);
      assertThat(buffer.value(1, 20).get(19)).isEqualTo((byte) 5);
      assertThat(buffer.value(2, 4).getFloat()).isEqualTo(2.5f);
      assertThat(buffer.value(3, 8).getLong()).isEqualTo(-9);
    }
  }

  @Test
  void largeStructsFit() {
    ByteBuffer struct = ByteBuffer.allocate(4000);
    struct.put(3999, (byte) 7);
    try (var buffer = new ArgumentBuffer()) {
      for (int i = 0; i < 3; i++) {
        buffer.write(
            "test",
            Collections.nCopies(3, new KernelParameter('b', 4000)),
            List.of(
                new KernelArgument.Struct(struct),
                new KernelArgument.Struct(struct),
                new KernelArgument.Struct(struct)));
        assertThat(buffer.value(2, 4000).get(3999)).isEqualTo((byte) 7);
      }
    }
  }

  @Test
  void otherArgumentsThanTheKernelTakesAreRefused() {
    try (var buffer = new ArgumentBuffer()) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  buffer.write(
                      "spmm_f32",
                      List.of(new KernelParameter('f', 4)),
                      List.of(new KernelArgument.Int32(1))))
          .withMessageContainingAll("spmm_f32", "argument 0 is Int32", "floating-point");
    }
  }
}
