package dev.espalier.bench.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {

  @Test
  void linearTicksAreRoundAndShareTheirDecimals() {
    Axis axis = Axis.linear("y", 97.93, 98.71, "");
    assertThat(axis.ticks()).containsExactly(98.0, 98.2, 98.4, 98.6);
    assertThat(axis.ticks().stream().map(axis::label))
        .containsExactly("98.0", "98.2", "98.4", "98.6");
  }

  @Test
  void ticksAreExactMultiples() {
    assertThat(Axis.linear("y", 0, 0.42, "").ticks()).containsExactly(0.0, 0.1, 0.2, 0.3, 0.4);
  }

  @Test
  void ticksOfANegativeRangeStayInside() {
    assertThat(Axis.linear("y", -1.2, 0.9, "").ticks()).containsExactly(-1.0, -0.5, 0.0, 0.5);
  }

  @Test
  void wideLogarithmicAxisHasPowersOfTwo() {
    Axis axis = Axis.logarithmic("x", 0.45, 9, "x");
    assertThat(axis.ticks().stream().map(axis::label))
        .containsExactly("0.5x", "1x", "2x", "4x", "8x");
  }

  @Test
  void narrowLogarithmicAxisHasRoundTicks() {
    assertThat(Axis.logarithmic("x", 0.9, 1.5, "").ticks())
        .containsExactly(0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5);
  }

  @Test
  void positionIsProportionalToTheLogarithm() {
    Axis axis = Axis.logarithmic("x", 1, 16, "");
    assertThat(axis.position(1)).isZero();
    assertThat(axis.position(4)).isEqualTo(0.5);
    assertThat(axis.position(16)).isEqualTo(1);
  }

  @Test
  void ticksOutsideTheRangeAreDropped() {
    assertThat(new Axis("x", true, 1, 10, List.of(16.0, 2.0, 0.5), "").ticks())
        .containsExactly(2.0);
  }

  @Test
  void rangeThatCannotBeShownIsRefused() {
    assertThatThrownBy(() -> Axis.linear("y", 1, 1, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("axis y: range from 1.0 to 1.0");
    assertThatThrownBy(() -> new Axis("x", true, 0, 8, List.of(), ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Axis.linear("y", Double.NaN, 8, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
