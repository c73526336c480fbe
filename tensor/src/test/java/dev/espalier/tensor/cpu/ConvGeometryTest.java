package dev.espalier.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.ConvSpec;
import org.junit.jupiter.api.Test;

final class ConvGeometryTest {
  private static final ConvSpec HALVING = ConvSpec.of(2, 1);

  @Test
  void outputExtentsFollowFromTheRest() {
    var geometry = ConvGeometry.of(HALVING, 4, 3, 32, 31, 8, 3, 5);
    assertThat(geometry.outHeight()).isEqualTo(16); // (32 + 2 - 3) / 2 + 1
    assertThat(geometry.outWidth()).isEqualTo(15); // (31 + 2 - 5) / 2 + 1
  }

  @Test
  void kernelLargerThanTheInputGivesAnEmptyOutput() {
    var geometry = ConvGeometry.of(ConvSpec.DEFAULT, 1, 1, 2, 2, 1, 3, 3);
    assertThat(geometry.outPlane()).isZero();
  }

  @Test
  void groupsMustDivideTheChannels() {
    assertThatThrownBy(() -> ConvGeometry.of(HALVING.withGroups(2), 1, 3, 8, 8, 4, 3, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 groups")
        .hasMessageContaining("3 input");
  }

  @Test
  void wrongOutputExtentsAreRefused() {
    assertThatThrownBy(() -> new ConvGeometry(HALVING, 1, 3, 8, 8, 4, 5, 4, 3, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4×4, not 5×4");
  }

  @Test
  void negativeExtentsAndEmptyKernelsAreRefused() {
    assertThatThrownBy(() -> ConvGeometry.of(HALVING, 1, -1, 8, 8, 4, 3, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1 -> 4 channels");
    assertThatThrownBy(() -> ConvGeometry.of(HALVING, 1, 3, 8, 8, 4, 0, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0×3 kernel");
  }
}
