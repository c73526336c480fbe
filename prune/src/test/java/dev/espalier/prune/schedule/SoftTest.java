package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.prune.Masking;
import org.junit.jupiter.api.Test;

class SoftTest {
  @Test
  void prunesWhenAndAsMuchAsTheOther() {
    var cubic = new Cubic(0.1, 0.6, 20);
    var soft = new Soft(cubic, Masking.HIDDEN);
    assertThat(soft.curve(100, 1, 0.1)).isEqualTo(cubic.curve(100, 1, 0.1));
    assertThat(soft.masking()).isEqualTo(Masking.HIDDEN);
    assertThat(soft.along(100, LrSchedule.constant()).masking()).isEqualTo(Masking.HIDDEN);
  }

  @Test
  void needsASoftMaskingOfAHardSchedule() {
    var cubic = new Cubic(0.1, 0.6, 20);
    assertThatThrownBy(() -> new Soft(cubic, Masking.HARD)).hasMessageContainingAll("HARD");
    var soft = new Soft(cubic, Masking.ZEROED);
    assertThatThrownBy(() -> new Soft(soft, Masking.ZEROED))
        .hasMessageContainingAll("ZEROED", "'soft-cubic-10%-60%-20'");
  }
}
