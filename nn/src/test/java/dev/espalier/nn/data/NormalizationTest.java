package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class NormalizationTest {
  @Test
  void mapsBytesToUnitsOfDeviation() {
    var normalization = Normalization.grey(0.2f, 0.4f);
    assertThat(normalization.apply(0, 0)).isCloseTo(-0.5f, within(1e-6f));
    assertThat(normalization.apply(0, 255)).isCloseTo(2f, within(1e-6f));
  }

  @Test
  void refusesConstantsThatCannotNormalise() {
    assertThatThrownBy(() -> Normalization.grey(0f, 0f)).hasMessageContaining("deviation 0.0");
    assertThatThrownBy(() -> Normalization.grey(Float.NaN, 1f)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new Normalization(List.of(0f, 0f), List.of(1f)))
        .hasMessageContaining("2 means and 1 deviations");
  }
}
