package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentTest {
  private static final Normalization IDENTITY_LEVELS = Normalization.grey(0f, 1 / 255f);

  /** One image, 1 2 3 / 4 5 6 / 7 8 9. */
  private static final ImageDataset NINE =
      ImageDataset.of(
          "own",
          "train",
          new ImageShape(1, 3, 3),
          1,
          new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9},
          new byte[1]);

  private static float[] apply(Augment augment, long seed, int epoch) {
    float[] image = new float[9];
    augment.apply(NINE, 0, seed, epoch, image, 0);
    return image;
  }

  @Test
  void normalisesEachChannelByItsOwnConstants() {
    var shape = new ImageShape(2, 1, 1);
    byte[] pixels = {0, 0, (byte) 255, 51};
    var data = ImageDataset.of("own", "train", shape, 1, pixels, new byte[2]);
    var augment = Augment.none(new Normalization(List.of(0.5f, 0.1f), List.of(0.25f, 0.2f)));
    float[] out = new float[3];
    augment.apply(data, 1, 0, 0, out, 1);
    assertThat(out[0]).isZero();
    assertThat(out[1]).isCloseTo(2f, within(1e-6f));
    assertThat(out[2]).isCloseTo(0.5f, within(1e-6f));
  }

  @Test
  void refusesImagesWithOtherChannels() {
    var colour = new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
    assertThatThrownBy(() -> apply(Augment.none(colour), 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 channels");
  }

  @Test
  void flipsAboutHalfOfTheImages() {
    var augment = Augment.none(IDENTITY_LEVELS).withFlip();
    int flipped = 0;
    for (int epoch = 0; epoch < 1000; epoch++) {
      float[] image = apply(augment, 3, epoch);
      if (Math.round(image[0]) == 3) {
        assertThat(image)
            .usingComparatorWithPrecision(1e-4f)
            .containsExactly(3, 2, 1, 6, 5, 4, 9, 8, 7);
        flipped++;
      } else {
        assertThat(image)
            .usingComparatorWithPrecision(1e-4f)
            .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
      }
    }
    // Five standard deviations of a fair coin.
    assertThat(flipped).isBetween(420, 580);
  }

  @Test
  void cropsAtEveryOffsetOfThePaddedImageAndFillsWithBlack() {
    var augment = Augment.none(IDENTITY_LEVELS).withCrop(1);
    Set<List<Integer>> corners = new HashSet<>();
    for (int epoch = 0; epoch < 400; epoch++) {
      float[] image = apply(augment, 4, epoch);
      corners.add(List.of(Math.round(image[0]), Math.round(image[8])));
    }
    assertThat(corners)
        .containsExactlyInAnyOrder(
            List.of(0, 5),
            List.of(0, 6),
            List.of(0, 0),
            List.of(0, 8),
            List.of(1, 9),
            List.of(2, 0),
            List.of(4, 0),
            List.of(5, 0));
  }

  @Test
  void paddingIsBlackBeforeNormalisation() {
    var augment = Augment.none(Normalization.grey(0.5f, 0.5f)).withCrop(3);
    boolean sawPadding = false;
    for (int epoch = 0; epoch < 50; epoch++) {
      float corner = apply(augment, 0, epoch)[0];
      assertThat(corner).isBetween(-1f, -1f + 2 * 9 / 255f + 1e-6f);
      sawPadding |= corner == -1f;
    }
    assertThat(sawPadding).isTrue();
  }

  @Test
  void dependsOnSeedEpochAndIndexAlone() {
    var augment = Augment.none(IDENTITY_LEVELS).withCrop(2).withFlip();
    float[] once = apply(augment, 7, 2);
    apply(augment, 8, 3);
    assertThat(apply(augment, 7, 2)).containsExactly(once);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      seen.add(java.util.Arrays.toString(apply(augment, 7, i)));
      seen.add(java.util.Arrays.toString(apply(augment, i, 7)));
    }
    assertThat(seen).hasSizeGreaterThan(15);
  }

  @Test
  void refusesNegativePadding() {
    assertThatThrownBy(() -> Augment.none(IDENTITY_LEVELS).withCrop(-1))
        .hasMessageContaining("padding");
  }
}
