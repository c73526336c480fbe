package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageDatasetTest {
  private static final ImageShape SHAPE = new ImageShape(1, 1, 2);

  /** Labels 0 1 2 0 1 2 ...; image i is (2i, 2i + 1). */
  private static ImageDataset cycling(int count) {
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % 3);
    }
    return ImageDataset.of("own", "train", SHAPE, 3, DataFiles.counting(2 * count), labels);
  }

  private static int[] firstPixels(ImageDataset data) {
    return IntStream.range(0, data.count()).map(i -> data.pixel(i, 0, 0, 0)).toArray();
  }

  @Test
  void readsUnsignedBytes() {
    byte[] pixels = {(byte) 200, (byte) 255};
    ImageDataset data = ImageDataset.of("own", "train", SHAPE, 256, pixels, new byte[] {-1});
    assertThat(data.pixel(0, 0, 0, 0)).isEqualTo(200);
    assertThat(data.pixel(0, 0, 0, 1)).isEqualTo(255);
    assertThat(data.label(0)).isEqualTo(255);
  }

  @Test
  void refusesArraysThatDisagree() {
    assertThatThrownBy(() -> ImageDataset.of("own", "train", SHAPE, 3, new byte[5], new byte[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("own train")
        .hasMessageContaining("2 labels of 1x1x2 images need 4 pixel bytes, not 5");
  }

  @Test
  void refusesALabelThatIsNotAClass() {
    assertThatThrownBy(
            () -> ImageDataset.of("own", "train", SHAPE, 3, new byte[4], new byte[] {0, 3}))
        .hasMessageContaining("label 3 of image 1 is not below 3");
  }

  @Test
  void refusesMoreBytesThanOneArrayHolds() {
    assertThatThrownBy(() -> ImageDataset.checkedBytes("own", "train", 1 << 30, SHAPE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2147483648 bytes");
  }

  @Test
  void subsetsShareOrderAndPixels() {
    ImageDataset data = cycling(9).subset(8, 0, 4).subset(2, 0);
    assertThat(firstPixels(data)).containsExactly(8, 16);
    assertThat(data.label(1)).isEqualTo(2);
    assertThat(data.split()).isEqualTo("train[subset 3][subset 2]");
    byte[] copy = new byte[3];
    data.copyPixels(1, copy, 1);
    assertThat(copy).containsExactly(0, 16, 17);
  }

  @Test
  void refusesAnIndexOutsideTheSet() {
    assertThatThrownBy(() -> cycling(3).subset(0, 3)).hasMessageContaining("index 3");
    assertThatThrownBy(() -> cycling(3).first(4)).hasMessageContaining("first 4");
  }

  @Test
  void takesTheFirstImagesOfEachClass() {
    ImageDataset data = cycling(9).subset(0, 3, 1, 2, 6, 4, 5).take(2);
    assertThat(data.classCounts()).containsExactly(2, 2, 2);
    assertThat(firstPixels(data)).containsExactly(0, 6, 2, 4, 8, 10);
    assertThatThrownBy(() -> cycling(8).take(3)).hasMessageContaining("class 2 has 2");
  }

  @Test
  void splitsEachClassInTheSameProportionWithoutLosingAnImage() {
    ImageDataset.Parts parts = cycling(30).split(0.2, 5);
    assertThat(parts.kept().classCounts()).containsExactly(8, 8, 8);
    assertThat(parts.heldOut().classCounts()).containsExactly(2, 2, 2);
    int[] all =
        IntStream.concat(
                IntStream.of(firstPixels(parts.kept())), IntStream.of(firstPixels(parts.heldOut())))
            .sorted()
            .toArray();
    assertThat(all).containsExactly(firstPixels(cycling(30)));
  }

  @Test
  void splitsDependOnTheSeedAlone() {
    int[] held = firstPixels(cycling(30).split(0.5, 1).heldOut());
    assertThat(firstPixels(cycling(30).split(0.5, 1).heldOut())).containsExactly(held);
    assertThat(firstPixels(cycling(30).split(0.5, 2).heldOut())).isNotEqualTo(held);
    assertThatThrownBy(() -> cycling(3).split(Double.NaN, 1)).hasMessageContaining("NaN");
  }

  @Test
  void digestsNameTheContentAndNotItsOrigin() {
    String digest = cycling(6).digest();
    assertThat(cycling(9).first(6).digest()).isEqualTo(digest);
    assertThat(cycling(9).digest()).isNotEqualTo(digest);
    assertThat(cycling(6).subset(1, 0, 2, 3, 4, 5).digest()).isNotEqualTo(digest);
    assertThat(cycling(6).first(6)).hasToString("own train: 6 images of 1x1x2, 3 classes");
  }

  /** Script: printf 'images 1 1 2 3 2\n\0\1\2\3\0\1' | sha256sum. */
  @Test
  void digestIsTheShaOfHeaderPixelsAndLabels() {
    assertThat(cycling(2).digest())
        .isEqualTo("c01fb4cc0ad18a3c4ec453421be0387d390b66d80fdd3118d66db83312b132f8");
  }
}
