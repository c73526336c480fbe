package dev.espalier.prune.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Dropout;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;

class AdjustedDropoutTest {
  private final Linear first = new Linear(4, 4, new Generator(1));
  private final Linear second = new Linear(4, 4, new Generator(2));
  private final Dropout front = new Dropout(0.2, new Generator(3));
  private final Dropout inner = new Dropout(0.5, new Generator(4));
  private final Dropout late = new Dropout(0.5, new Generator(5));
  private final Sequential module =
      new Sequential(front, first, new ReLU(), inner, second, new ReLU(), late);

  /** A quarter of the connections halves the rate: 0.5 · sqrt(4 / 16). */
  @Test
  void fewerConnectionsMeanLessDropout() {
    first.weight().setMask(Mask.of(Shape.of(4, 4), i -> i < 4), MaskMode.HARD);
    AdjustedDropout.adjust(module);
    assertThat(inner.rate()).isCloseTo(0.25, within(1e-15));
    assertThat(front.rate()).isCloseTo(0.1, within(1e-15));
    assertThat(late.rate()).isEqualTo(0.5);
  }

  @Test
  void roundsStartFromTheOriginalRate() {
    for (int kept : new int[] {8, 4, 1}) {
      first.weight().setMask(Mask.of(Shape.of(4, 4), i -> i < kept), MaskMode.HARD);
      AdjustedDropout.adjust(module);
      assertThat(inner.rate()).isCloseTo(0.5 * Math.sqrt(kept / 16.0), within(1e-15));
    }
  }

  @Test
  void dropoutWithoutConnectionsIsRefused() {
    assertThatThrownBy(() -> AdjustedDropout.adjust(new Sequential(inner, new ReLU())))
        .hasMessageContaining("no linear or convolutional layer");
  }
}
