package dev.espalier.cuda.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import org.junit.jupiter.api.Test;

/** Patterns of the benchmark's weights. */
final class FormatTest {
  @Test
  void positionsAreDrawnAtTheDensityAskedFor() {
    var pattern = (CsrPattern) Format.CSR.draw(300, 400, 0.9, 1);
    assertThat(pattern.nnz()).isCloseTo(12_000, within(500));
    assertThat(((CsrPattern) Format.CSR.draw(30, 40, 0, 1)).nnz()).isEqualTo(1200);
  }

  @Test
  void largeBlocksAreWholeInPartsThatKernelsTake() {
    var pattern = (BsrPattern) Format.blocks(128).draw(384, 512, 0.5, 3);
    assertThat(pattern.blockHeight()).isEqualTo(64);
    assertThat(pattern.blockWidth()).isEqualTo(64);
    CsrPattern parts = pattern.blocks();
    assertThat(parts.rows()).isEqualTo(6);
    assertThat(parts.columns()).isEqualTo(8);
    boolean[][] stored = new boolean[6][8];
    for (int row = 0; row < 6; row++) {
      for (int p = parts.rowOffsets()[row]; p < parts.rowOffsets()[row + 1]; p++) {
        stored[row][parts.columnIndices()[p]] = true;
      }
    }
    for (int row = 0; row < 6; row++) {
      for (int column = 0; column < 8; column++) {
        assertThat(stored[row][column]).isEqualTo(stored[row & ~1][column & ~1]);
      }
    }
    assertThat(parts.nnz() % 4).isZero();
    assertThat(parts.nnz()).isBetween(4, 44);
  }
}
