package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SyntheticColourDigitsTest {
  private static final int COUNT = 400;

  @Test
  void imagesDependOnSeedSplitAndPlaceAlone() {
    String digest = SyntheticColourDigits.train(20, 0).digest();
    assertThat(SyntheticColourDigits.train(50, 0).first(20).digest()).isEqualTo(digest);
    assertThat(SyntheticColourDigits.train(20, 1).digest()).isNotEqualTo(digest);
    assertThat(SyntheticColourDigits.test(20, 0).digest()).isNotEqualTo(digest);
  }

  @Test
  void labelsAreThoseOfTheGreyDigits() {
    ImageDataset grey = SyntheticDigits.test(30, 4);
    ImageDataset coloured = SyntheticColourDigits.test(30, 4);
    for (int i = 0; i < 30; i++) {
      assertThat(coloured.label(i)).isEqualTo(grey.label(i));
    }
  }

  @Test
  void marginsArePaperAndInkStandsOutInEachChannel() {
    ImageDataset data = SyntheticColourDigits.train(COUNT, 0);
    int brighter = 0;
    for (int image = 0; image < COUNT; image++) {
      for (int channel = 0; channel < 3; channel++) {
        int paper = data.pixel(image, channel, 0, 0);
        assertThat(data.pixel(image, channel, 31, 31)).isEqualTo(paper);
        assertThat(data.pixel(image, channel, 16, 1)).isEqualTo(paper);
        int farthest = 0;
        for (int y = 0; y < 32; y++) {
          for (int x = 0; x < 32; x++) {
            int away = data.pixel(image, channel, y, x) - paper;
            farthest = Math.abs(away) > Math.abs(farthest) ? away : farthest;
          }
        }
        // The ink is 86 or more from the paper, and the grey digits' white is 170 or more of 255.
        assertThat(Math.abs(farthest)).as("image %d", image).isGreaterThan(86 * 170 / 255 / 2);
        brighter += farthest > 0 ? 1 : 0;
      }
    }
    assertThat(brighter / (3.0 * COUNT)).isBetween(0.4, 0.6);
  }

  @Test
  void normalisationIsThatOfTheImages() {
    ImageDataset data = SyntheticColourDigits.train(COUNT, 0);
    Normalization constants = Datasets.spec(SyntheticColourDigits.NAME).normalization();
    for (int channel = 0; channel < 3; channel++) {
      double sum = 0;
      double squares = 0;
      for (int image = 0; image < COUNT; image++) {
        for (int y = 0; y < 32; y++) {
          for (int x = 0; x < 32; x++) {
            double value = data.pixel(image, channel, y, x) / 255.0;
            sum += value;
            squares += value * value;
          }
        }
      }
      double mean = sum / (COUNT * 1024);
      double deviation = Math.sqrt(squares / (COUNT * 1024) - mean * mean);
      // The papers of 400 images average to within three standard errors, 0.29 / 20 each.
      assertThat(mean).isBetween(0.5 - 0.045, 0.5 + 0.045);
      assertThat(constants.mean().get(channel)).isEqualTo(0.5f);
      assertThat(deviation).isBetween(0.25, 0.32);
    }
  }
}
