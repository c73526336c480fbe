package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxTest {
  private static final byte[] GOOD_IMAGES =
      DataFiles.idxImages(2051, 3, 2, 2, DataFiles.counting(12));
  private static final byte[] GOOD_LABELS = DataFiles.idxLabels(2049, 3, new byte[] {7, 0, 9});

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsImagesAndLabelsPlainAndGzip(boolean gzip) throws IOException {
    ImageDataset data =
        read(
            gzip ? DataFiles.gzip(GOOD_IMAGES) : GOOD_IMAGES,
            gzip ? DataFiles.gzip(GOOD_LABELS) : GOOD_LABELS);
    assertThat(data.shape()).isEqualTo(new ImageShape(1, 2, 2));
    assertThat(data.count()).isEqualTo(3);
    assertThat(new int[] {data.label(0), data.label(1), data.label(2)}).containsExactly(7, 0, 9);
    assertThat(data.pixel(0, 0, 0, 1)).isEqualTo(1);
    assertThat(data.pixel(2, 0, 1, 0)).isEqualTo(10);
  }

  @Test
  void readsAFileOfNoImages() throws IOException {
    ImageDataset data =
        read(
            DataFiles.idxImages(2051, 0, 28, 28, new byte[0]),
            DataFiles.idxLabels(2049, 0, new byte[0]));
    assertThat(data.count()).isZero();
  }

  @Test
  void refusesAWrongMagicNumber() {
    refused(GOOD_LABELS, GOOD_LABELS, 0, "magic", "2049", "2051");
    refused(GOOD_IMAGES, GOOD_IMAGES, 0, "magic", "2051", "2049");
  }

  @Test
  void refusesMoreThanTwoToThe31Images() {
    refused(GOOD_IMAGES, DataFiles.idxLabels(2049, -1, new byte[3]), 4, "count", "4294967295");
  }

  @Test
  void refusesImagesAndLabelsOfDifferentCounts() {
    refused(
        DataFiles.idxImages(2051, 4, 2, 2, DataFiles.counting(16)),
        GOOD_LABELS,
        4,
        "count",
        "4 images but 3 labels");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 16_385, Integer.MAX_VALUE})
  void refusesAbsurdDimensions(int side) {
    byte[] tall = DataFiles.idxImages(2051, 3, side, 2, DataFiles.counting(12));
    refused(tall, GOOD_LABELS, 8, "rows", Integer.toUnsignedString(side));
    byte[] wide = DataFiles.idxImages(2051, 3, 2, side, DataFiles.counting(12));
    refused(wide, GOOD_LABELS, 12, "columns", Integer.toUnsignedString(side));
  }

  @Test
  void refusesAPlainFileShorterThanItsHeaderSaysBeforeReadingPixels() {
    byte[] truncated = Arrays.copyOf(GOOD_IMAGES, GOOD_IMAGES.length - 1);
    refused(truncated, GOOD_LABELS, 4, "count", "28 bytes declared", "27");
  }

  @Test
  void refusesAGzipThatCouldNotHoldWhatItDeclaresBeforeAllocatingIt() throws IOException {
    byte[] bomb = DataFiles.gzip(DataFiles.idxImages(2051, 3, 16_000, 16_000, new byte[0]));
    refused(bomb, GOOD_LABELS, 4, "count", "768000016 bytes declared", "compressed");
  }

  @Test
  void refusesAFileThatEndsInsideItsHeader() {
    refused(Arrays.copyOf(GOOD_IMAGES, 10), GOOD_LABELS, 10, "rows", "ends here");
    refused(GOOD_IMAGES, new byte[0], 0, "magic", "ends here");
  }

  @Test
  void refusesAGzipWhoseContentEndsEarly() throws IOException {
    byte[] shortContent = Arrays.copyOf(GOOD_IMAGES, GOOD_IMAGES.length - 5);
    refused(DataFiles.gzip(shortContent), GOOD_LABELS, 23, "pixels", "12 bytes from byte 16");
  }

  @Test
  void refusesAGzipCutOffInMidStreamNamingTheOffsetReached() throws IOException {
    byte[] noise = new byte[40_000];
    var draws = new Draws();
    draws.seek(1, Draws.Purpose.SPLIT, 0, 0);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) draws.nextInt();
    }
    byte[] whole = DataFiles.gzip(DataFiles.idxImages(2051, 3, 100, 100, noise));
    DatasetFormatException e = refusal(Arrays.copyOf(whole, whole.length / 2), GOOD_LABELS);
    assertThat(e).hasMessageContaining("ends early");
    assertThat(e.offset()).isBetween(10_000L, 25_000L);
    assertThat(e.field()).isEqualTo("pixels");
  }

  @Test
  void refusesAGzipWhoseChecksumIsWrong() throws IOException {
    byte[] damaged = DataFiles.gzip(GOOD_IMAGES);
    damaged[damaged.length - 6] ^= 1;
    DatasetFormatException e = refusal(damaged, GOOD_LABELS);
    assertThat(e).hasMessageContaining("damaged");
    assertThat(e.file()).isEqualTo(directory.resolve("images"));
  }

  @Test
  void refusesADamagedGzipHeader() {
    refused(new byte[] {0x1f, (byte) 0x8b, 99, 0, 0}, GOOD_LABELS, 0, "gzip header", "damaged");
  }

  @Test
  void refusesTrailingBytes() throws IOException {
    byte[] longer = Arrays.copyOf(GOOD_IMAGES, GOOD_IMAGES.length + 1);
    refused(longer, GOOD_LABELS, 28, "end", "trailing");
    refused(DataFiles.gzip(longer), GOOD_LABELS, 28, "end", "trailing");
  }

  @Test
  void refusesALabelThatIsNotAClass() {
    refused(
        GOOD_IMAGES,
        DataFiles.idxLabels(2049, 3, new byte[] {1, 10, 2}),
        9,
        "label",
        "label 10 of image 1");
  }

  @Test
  void warnsOfUnpublishedContentUnderAPublishedNameAndRefusesItWhenStrict() throws IOException {
    Path images = write("train-images-idx3-ubyte", GOOD_IMAGES);
    Path labels = write("train-labels-idx1-ubyte", GOOD_LABELS);
    assertThat(Idx.read("mnist", "train", images, labels, 10, false).count()).isEqualTo(3);
    assertThatThrownBy(() -> Idx.read("mnist", "train", images, labels, 10, true))
        .isInstanceOf(DatasetFormatException.class)
        .hasMessageContaining("train-labels-idx1-ubyte")
        .hasMessageContaining("sha-256");
  }

  @Test
  void readsThePublishedMnistTestImages() throws IOException {
    ImageDataset data = readTest("mnist", shared("mnist"));
    assertThat(data.classCounts())
        .containsExactly(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009);
    assertThat(data.label(0)).isEqualTo(7);
  }

  @Test
  void refusesFashionMnistWhereMnistWasAskedFor() {
    Path fashion = shared("fashion-mnist");
    assertThatThrownBy(() -> readTest("mnist", fashion))
        .isInstanceOf(DatasetFormatException.class)
        .hasMessageContaining("this is fashion-mnist's file, not mnist's");
  }

  private static Path shared(String folder) {
    Optional<Path> found = DataFiles.shared(folder);
    assumeTrue(found.isPresent(), "no shared/data/" + folder + " in any parent directory");
    return found.get();
  }

  private static ImageDataset readTest(String name, Path folder) throws IOException {
    Path images = folder.resolve("t10k-images-idx3-ubyte.gz");
    Path labels = folder.resolve("t10k-labels-idx1-ubyte.gz");
    return Idx.read(name, "test", images, labels, 10, true);
  }

  private ImageDataset read(byte[] images, byte[] labels) throws IOException {
    return Idx.read("own", "train", write("images", images), write("labels", labels), 10, true);
  }

  private DatasetFormatException refusal(byte[] images, byte[] labels) {
    return catchThrowableOfType(DatasetFormatException.class, () -> read(images, labels));
  }

  private void refused(byte[] images, byte[] labels, long offset, String field, String... parts) {
    DatasetFormatException e = refusal(images, labels);
    assertThat(e)
        .isNotNull()
        .hasMessageContaining(directory.toString())
        .hasMessageContaining(field);
    assertThat(e).hasMessageContainingAll(parts);
    assertThat(e.offset()).isEqualTo(offset);
    assertThat(e.field()).isEqualTo(field);
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }
}
