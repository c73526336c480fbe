package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticDigitsTest {
  /** The first 100 training images of seed 0; a change here changes every published result. */
  private static final String GOLDEN =
      "b69a75b3738717bec1f156b7aceda22cb45e87d1a9e050adfb60606a23e3fd2a";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void sameBytesForAnyNumberOfThreads(int threads) {
    ImageDataset data = SyntheticDigits.generate(SyntheticDigits.Split.TRAIN, 700, 0, threads);
    assertThat(data.first(100).digest()).isEqualTo(GOLDEN);
    assertThat(data.digest()).isEqualTo(SyntheticDigits.train(1000, 0).first(700).digest());
  }

  @Test
  void seedsAndSplitsGiveOtherImages() {
    String digest = SyntheticDigits.train(20, 0).digest();
    assertThat(SyntheticDigits.train(20, 1).digest()).isNotEqualTo(digest);
    assertThat(SyntheticDigits.train(20, 1L << 32).digest()).isNotEqualTo(digest);
    assertThat(SyntheticDigits.test(20, 0).digest()).isNotEqualTo(digest);
  }

  @Test
  void everyRunOfTenHoldsEveryDigit() {
    ImageDataset data = SyntheticDigits.test(200, 9);
    for (int first = 0; first < 200; first += 10) {
      int[] run = java.util.stream.IntStream.range(first, first + 10).toArray();
      assertThat(data.subset(run).classCounts()).containsOnly(1);
    }
    assertThat(data.label(0) == 0 && data.label(1) == 1 && data.label(2) == 2).isFalse();
  }

  @Test
  void noTwoImagesAreEqualAndEachHasInk() {
    ImageDataset data = SyntheticDigits.train(500, 2);
    var seen = new java.util.HashSet<java.nio.ByteBuffer>();
    for (int i = 0; i < data.count(); i++) {
      byte[] image = new byte[28 * 28];
      data.copyPixels(i, image, 0);
      seen.add(java.nio.ByteBuffer.wrap(image));
      int bright = 0;
      for (byte value : image) {
        bright += (value & 255) > 100 ? 1 : 0;
      }
      assertThat(bright).as("bright pixels of image %d", i).isBetween(8, 400);
    }
    assertThat(seen).hasSize(500);
  }

  /**
   * A nearest-class-mean classifier must do far better than chance (the digits are legible) and far
   * worse than perfect (the distortions are real).
   */
  @Test
  void isNeitherTrivialNorHopeless() {
    ImageDataset train = SyntheticDigits.train(2000, 0);
    ImageDataset test = SyntheticDigits.test(1000, 0);
    double[][] means = new double[10][784];
    for (int i = 0; i < train.count(); i++) {
      for (int p = 0; p < 784; p++) {
        means[train.label(i)][p] += train.pixel(i, 0, p / 28, p % 28) / 200.0;
      }
    }
    int correct = 0;
    for (int i = 0; i < test.count(); i++) {
      correct += nearest(means, test, i) == test.label(i) ? 1 : 0;
    }
    assertThat(correct / 1000.0).isBetween(0.45, 0.85);
  }

  private static int nearest(double[][] means, ImageDataset data, int index) {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int c = 0; c < means.length; c++) {
      double distance = 0;
      for (int p = 0; p < 784; p++) {
        double difference = means[c][p] - data.pixel(index, 0, p / 28, p % 28);
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        best = c;
      }
    }
    return best;
  }

  @Test
  void anEmptySetIsASetAndANegativeOneIsRefused() {
    assertThat(SyntheticDigits.train(0, 0).count()).isZero();
    assertThatThrownBy(() -> SyntheticDigits.train(-1, 0)).hasMessageContaining("count is -1");
  }
}
