package dev.espalier.bench.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.GELU;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class OnnxWriterTest {
  @Test
  void messagesAreEncodedAsTheFormatSays() {
    byte[] bytes =
        new Proto()
            .integer(1, 150)
            .text(2, "testing")
            .message(3, new Proto().integer(1, 150))
            .number(4, 1f)
            .integer(5, -1)
            .toBytes();
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "089601"
                + "120774657374696e67"
                + "1a03089601"
                + "250000803f"
                + "28ffffffffffffffffff01");
  }

  @Test
  void nodesAndWeightsAreThere() {
    Module module = new Sequential(new Linear(2, 3, new Generator(1)));
    byte[] model = OnnxWriter.write(module, Shape.of(5, 2), "net");
    assertThat(new String(model, StandardCharsets.ISO_8859_1))
        .contains("Gemm", "transB", OnnxWriter.INPUT, OnnxWriter.OUTPUT, "net", "espalier");
    assertThat(model).hasSizeGreaterThan(4 * (2 * 3 + 3)).hasSizeLessThan(400);
  }

  @Test
  void operationsThatCannotBeWrittenAreNamed() {
    Module module = new Sequential(new Linear(2, 3, new Generator(1)), new GELU());
    assertThatThrownBy(() -> OnnxWriter.write(module, Shape.of(1, 2), "net"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Gelu");
  }
}
