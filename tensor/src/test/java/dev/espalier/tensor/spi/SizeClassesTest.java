package dev.espalier.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SizeClassesTest {
  @Test
  void everySizeFitsItsClassAndNotTheOneBelow() {
    for (long bytes = 0; bytes < 100_000; bytes++) {
      check(bytes);
    }
    for (int power = 17; power <= 47; power++) {
      for (int eighth = 0; eighth < 8 && power < 47; eighth++) {
        long edge = (1L << power) + ((long) eighth << (power - 3));
        check(edge - 1);
        check(edge);
        check(edge + 1);
      }
      check(1L << power);
    }
  }

  private static void check(long bytes) {
    int index = SizeClasses.indexOf(bytes);
    assertThat(index).isBetween(0, SizeClasses.COUNT - 1);
    assertThat(SizeClasses.bytesOf(index)).isGreaterThanOrEqualTo(bytes);
    if (index > 0) {
      assertThat(SizeClasses.bytesOf(index - 1)).isLessThan(Math.max(1, bytes));
    }
  }

  @Test
  void classesAscendAndAreAligned() {
    for (int index = 0; index < SizeClasses.COUNT; index++) {
      assertThat(SizeClasses.bytesOf(index) % SizeClasses.ALIGNMENT).isZero();
      if (index > 0) {
        assertThat(SizeClasses.bytesOf(index)).isGreaterThan(SizeClasses.bytesOf(index - 1));
      }
    }
  }

  @Test
  void wasteAboveTheSmallClassesIsAtMostAnEighth() {
    for (long bytes = 513; bytes < 100_000; bytes++) {
      long block = SizeClasses.bytesOf(SizeClasses.indexOf(bytes));
      assertThat(block - bytes).isLessThanOrEqualTo(block / 8);
    }
  }
}
