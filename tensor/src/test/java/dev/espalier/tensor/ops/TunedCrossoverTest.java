package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The files of measured tables; {@code bench}'s {@code TunedTableTest} reads them. */
final class TunedCrossoverTest {
  @Test
  void filesAreNamedAfterWhatWasMeasured() {
    assertThat(TunedCrossover.file("2").getFileName()).hasToString("crossover-2.txt");
    assertThat(TunedCrossover.file("NVIDIA H200 (SXM)/../x BF16").getFileName())
        .hasToString("crossover-nvidia-h200-sxm-x-bf16.txt");
  }
}
