package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrawsTest {
  private final Draws draws = new Draws();

  @Test
  void sameCoordinatesGiveSameDraws() {
    draws.seek(5, Draws.Purpose.AUGMENT, 1, 2);
    int[] first = IntStream.range(0, 9).map(_ -> draws.nextInt()).toArray();
    draws.nextInt();
    draws.seek(5, Draws.Purpose.AUGMENT, 1, 2);
    assertThat(IntStream.range(0, 9).map(_ -> draws.nextInt()).toArray()).containsExactly(first);
  }

  @Test
  void everyCoordinateMatters() {
    long[] seen = {
      first(5, Draws.Purpose.AUGMENT, 1, 2),
      first(6, Draws.Purpose.AUGMENT, 1, 2),
      first(5 + (1L << 32), Draws.Purpose.AUGMENT, 1, 2),
      first(5, Draws.Purpose.SHUFFLE, 1, 2),
      first(5, Draws.Purpose.AUGMENT, 2, 2),
      first(5, Draws.Purpose.AUGMENT, 1, 3)
    };
    assertThat(Arrays.stream(seen).distinct().count()).isEqualTo(seen.length);
  }

  @Test
  void rangesAreKeptAndEvenlyFilled() {
    draws.seek(1, Draws.Purpose.SPLIT, 0, 0);
    int[] counts = new int[7];
    double sum = 0;
    for (int i = 0; i < 70_000; i++) {
      counts[draws.below(7)]++;
      float value = draws.between(-2f, 4f);
      assertThat(value >= -2f && value < 4f).isTrue();
      sum += value;
    }
    // Five standard deviations: sqrt(70000 * 1/7 * 6/7) = 93; 6 / sqrt(12 * 70000) = 0.0065.
    for (int count : counts) {
      assertThat(count).isBetween(9537, 10_463);
    }
    assertThat(sum / 70_000).isCloseTo(1, within(0.033));
  }

  private long first(long seed, Draws.Purpose purpose, int major, int minor) {
    draws.seek(seed, purpose, major, minor);
    return ((long) draws.nextInt() << 32) | (draws.nextInt() & 0xFFFF_FFFFL);
  }
}
