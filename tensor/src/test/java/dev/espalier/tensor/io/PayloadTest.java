package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PayloadTest {
  private static byte[] written(Tensor tensor, ByteOrder order) throws IOException {
    var out = new ByteArrayOutputStream();
    try (tensor) {
      Payload.write(tensor, order, Channels.newChannel(out));
    }
    return out.toByteArray();
  }

  @Test
  void writesEitherByteOrder() throws IOException {
    assertThat(written(Tensor.of(Shape.of(2), 1, 0x01020304), ByteOrder.BIG_ENDIAN))
        .containsExactly(0, 0, 0, 1, 1, 2, 3, 4);
    assertThat(written(Tensor.of(Shape.of(2), 1, 0x01020304), ByteOrder.LITTLE_ENDIAN))
        .containsExactly(1, 0, 0, 0, 4, 3, 2, 1);
    assertThat(written(Tensor.of(Shape.of(1), 0x0102030405060708L), ByteOrder.BIG_ENDIAN))
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(written(Tensor.full(DType.BFLOAT16, Shape.of(1), 1), ByteOrder.BIG_ENDIAN))
        .containsExactly(0x3f, 0x80);
    assertThat(written(Tensor.full(DType.INT8, Shape.of(2), 5), ByteOrder.BIG_ENDIAN))
        .containsExactly(5, 5);
  }

  @Test
  void writingSwapsACopy() throws IOException {
    Tensor tensor = Tensor.of(Shape.of(1), 1);
    try (Tensor kept = tensor.alias()) {
      written(tensor, ByteOrder.BIG_ENDIAN);
      assertThat(kept.item()).isEqualTo(1);
    }
  }

  @Test
  void writesTensorsLargerThanOneChunk() throws IOException {
    int size = (1 << 20) / 4 * 3 + 1;
    Tensor tensor = Tensor.zeros(DType.INT32, Shape.of(size));
    tensor.set(7, size - 1);
    byte[] bytes = written(tensor, ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes).hasSize(4 * size);
    assertThat(bytes[bytes.length - 4]).isEqualTo((byte) 7);
  }

  @Test
  void mapsWithoutAnOrderAreSorted() {
    Map<String, Integer> given = new LinkedHashMap<>(Map.of("b", 1));
    given.put("a", 2);
    assertThat(List.copyOf(Payload.ordered(given).keySet())).containsExactly("b", "a");
    assertThat(List.copyOf(Payload.ordered(new HashMap<>(given)).keySet()))
        .containsExactly("a", "b");
  }
}
