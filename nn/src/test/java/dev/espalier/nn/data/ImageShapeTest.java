package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ImageShapeTest {
  @Test
  void countsValues() {
    assertThat(new ImageShape(3, 32, 31).values()).isEqualTo(2976);
  }

  @Test
  void refusesSizesThatNoImageHas() {
    assertThatThrownBy(() -> new ImageShape(0, 1, 1)).hasMessageContaining("channels");
    assertThatThrownBy(() -> new ImageShape(1, 16_385, 1)).hasMessageContaining("height");
    assertThatThrownBy(() -> new ImageShape(1, 1, -1)).hasMessageContaining("width");
    assertThatThrownBy(() -> new ImageShape(64, 16_000, 16_000)).hasMessageContaining("2^31");
  }
}
