package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProductWorkTest {
  @Test
  void manyResultsOrFewTermsAreNotSplit() {
    assertThat(ProductWork.of(4096, 4096, 65_536, 1).splits()).isEqualTo(1);
    assertThat(ProductWork.of(3, 5, 1000, 1).splits()).isEqualTo(1);
    assertThat(ProductWork.of(3, 5, 0, 1).splits()).isEqualTo(1);
  }

  @Test
  void splitsCoverAllTermsInWholeSteps() {
    for (int k : new int[] {1024, 1031, 4096, 100_003, 3_000_000}) {
      for (int layers : new int[] {1, 3, 20}) {
        ProductWork work = ProductWork.of(33, 65, k, layers);
        assertThat(work.splits()).isGreaterThan(1);
        assertThat(work.depth() % 16).isZero();
        assertThat((long) work.splits() * work.depth()).isGreaterThanOrEqualTo(k);
        assertThat((work.splits() - 1L) * work.depth()).isLessThan(k);
      }
    }
  }
}
