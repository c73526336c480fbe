package dev.espalier.tensor.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class CsrPatternTest {
  private static void refused(int[] offsets, int[] columns, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CsrPattern.of(2, 3, offsets, columns))
        .withMessageContaining(message);
  }

  @Test
  void everyIndexFromOutsideIsValidated() {
    refused(new int[] {0, 1}, new int[] {0}, "needs 3 row offsets but got 2");
    refused(new int[] {1, 1, 1}, new int[] {0}, "run from 0 to nnz 1 but run from 1 to 1");
    refused(new int[] {0, 1, 1}, new int[] {0, 1}, "run from 0 to nnz 2 but run from 0 to 1");
    refused(new int[] {0, 2, 1}, new int[] {0}, "offset 1 is 2 after 0");
    refused(new int[] {0, -1, 1}, new int[] {0}, "offset 1 is -1 after 0");
    refused(new int[] {0, 1, 1}, new int[] {3}, "row 0 position 0: column 3 must lie in [0, 3)");
    refused(new int[] {0, 1, 1}, new int[] {-1}, "column -1");
    refused(new int[] {0, 2, 2}, new int[] {1, 1}, "row 0 position 1: column 1");
    refused(new int[] {0, 2, 2}, new int[] {2, 1}, "exceed its predecessor 2");
  }

  @Test
  void callersArraysAreCopied() {
    int[] columns = {0};
    CsrPattern pattern = CsrPattern.of(1, 3, new int[] {0, 1}, columns);
    columns[0] = 7;
    assertThat(pattern.columnIndices()).containsExactly(0);
  }

  @Test
  void transposeAndItsPermutationAreComputedOnce() {
    CsrPattern pattern = CsrPattern.of(3, 4, new int[] {0, 2, 2, 4}, new int[] {1, 3, 0, 2});
    assertThat(pattern.transpose())
        .isEqualTo(CsrPattern.of(4, 3, new int[] {0, 1, 2, 3, 4}, new int[] {2, 0, 2, 0}))
        .isSameAs(pattern.transpose());
    assertThat(pattern.transposePermutation()).containsExactly(2, 0, 3, 1);
    assertThat(pattern.flatPositions()).containsExactly(1, 3, 8, 10);
    assertThat(pattern.transposedFlatPositions()).containsExactly(8, 1, 10, 3);
    assertThat(pattern.density()).isEqualTo(4.0 / 12);
  }

  @Test
  void bsrPatternMapsBlocksToElements() {
    BsrPattern pattern =
        new BsrPattern(CsrPattern.of(2, 2, new int[] {0, 1, 2}, new int[] {1, 0}), 1, 2);
    assertThat(pattern.flatPositions()).containsExactly(2, 3, 4, 5);
    assertThat(pattern.transpose().blockHeight()).isEqualTo(2);
    assertThat(pattern.transposePermutation()).containsExactly(2, 3, 0, 1);
    assertThat(pattern.transposedFlatPositions()).containsExactly(4, 5, 2, 3);
    assertThat(pattern.elements())
        .isEqualTo(CsrPattern.of(2, 4, new int[] {0, 2, 4}, new int[] {2, 3, 0, 1}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BsrPattern(pattern.blocks(), 0, 2))
        .withMessageContaining("block size must be >= 1 but is 0×2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BsrPattern(pattern.blocks(), 1 << 30, 2))
        .withMessageContaining("exceed 2^31 - 1");
  }
}
