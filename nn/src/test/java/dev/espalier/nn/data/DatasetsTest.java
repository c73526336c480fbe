package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetsTest {
  @TempDir private Path directory;

  @Test
  void suggestsTheNearestName() {
    assertThatThrownBy(() -> Datasets.spec("fasion-mnist"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean 'fashion-mnist'")
        .hasMessageContaining("synthetic-digits");
    assertThatThrownBy(() -> Datasets.spec("cifar10")).hasMessageContaining("'cifar-10'");
  }

  @Test
  void everySpecIsConsistent() {
    for (DatasetSpec spec : Datasets.all()) {
      assertThat(Datasets.spec(spec.name())).isSameAs(spec);
      assertThat(spec.classNames()).hasSize(10).doesNotHaveDuplicates();
      assertThat(spec.normalization().channels()).isEqualTo(spec.shape().channels());
    }
  }

  @Test
  void saysWhichFilesAMissingDirectoryMustHold() {
    assertThatThrownBy(() -> Datasets.load("mnist", directory.resolve("nowhere")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("nowhere")
        .hasMessageContaining("no such directory")
        .hasMessageContaining("train-images-idx3-ubyte, train-labels-idx1-ubyte")
        .hasMessageContaining("nothing is downloaded");
    assertThatThrownBy(() -> Datasets.load("mnist", DatasetOptions.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("t10k-labels-idx1-ubyte")
        .hasMessageContaining("nothing is downloaded");
  }

  @Test
  void namesTheOneFileThatIsMissing() throws IOException {
    writeTinyMnist(28);
    Files.delete(directory.resolve("t10k-labels-idx1-ubyte"));
    assertThatThrownBy(() -> Datasets.load("mnist", directory))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("not found here: t10k-labels-idx1-ubyte (");
  }

  @Test
  void refusesImagesOfAnotherSizeThanTheDataSetHas() throws IOException {
    writeTinyMnist(27);
    assertThatThrownBy(() -> Datasets.load("mnist", directory))
        .isInstanceOf(DatasetFormatException.class)
        .hasMessageContaining("images of 1x28x28, this file of 1x27x27");
  }

  @Test
  void loadsAsManyImagesAsAskedFor() throws IOException {
    writeTinyMnist(28);
    var options = DatasetOptions.defaults().withDirectory(directory);
    TrainTest loaded = Datasets.load("mnist", options.withCounts(1, DatasetOptions.ALL));
    assertThat(loaded.train().count()).isEqualTo(1);
    assertThat(loaded.test().count()).isEqualTo(2);
    assertThatThrownBy(() -> Datasets.load("mnist", options.withCounts(3, 1)))
        .hasMessageContaining("first 3 images asked of 2");
  }

  @Test
  void generatesSyntheticDigitsWithoutADirectory() throws IOException {
    var options = DatasetOptions.defaults().withCounts(50, 20).withSeed(3);
    TrainTest loaded = Datasets.load("synthetic-digits", options);
    assertThat(loaded.train().digest()).isEqualTo(SyntheticDigits.train(50, 3).digest());
    assertThat(loaded.test().digest()).isEqualTo(SyntheticDigits.test(20, 3).digest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mnist", "fashion-mnist"})
  void normalisesThePublishedTrainingImagesToUnitVariance(String name) throws IOException {
    Optional<Path> found = DataFiles.shared(name);
    assumeTrue(found.isPresent(), "no shared/data/" + name + " in any parent directory");
    TrainTest loaded =
        Datasets.load(name, DatasetOptions.defaults().withDirectory(found.get()).withStrict());
    assertThat(loaded.train().count()).isEqualTo(60_000);
    assertUnitVariance(loaded, 0.001);
  }

  @Test
  void normalisesSyntheticDigitsToUnitVariance() throws IOException {
    var options = DatasetOptions.defaults().withCounts(5000, 10);
    assertUnitVariance(Datasets.load("synthetic-digits", options), 0.02);
  }

  private static void assertUnitVariance(TrainTest loaded, double tolerance) {
    ImageDataset train = loaded.train();
    Normalization normalization = loaded.spec().normalization();
    long[] histogram = new long[256];
    for (int i = 0; i < train.count(); i++) {
      for (int p = 0; p < train.shape().values(); p++) {
        histogram[train.pixels()[train.offset(i) + p] & 255]++;
      }
    }
    double sum = 0;
    double squares = 0;
    for (int level = 0; level < 256; level++) {
      double value = normalization.apply(0, level);
      sum += histogram[level] * value;
      squares += histogram[level] * value * value;
    }
    double count = (double) train.count() * train.shape().values();
    assertThat(sum / count).isCloseTo(0, within(tolerance));
    assertThat(squares / count).isCloseTo(1, within(2 * tolerance));
  }

  private void writeTinyMnist(int side) throws IOException {
    for (String part : new String[] {"train", "t10k"}) {
      byte[] pixels = DataFiles.counting(2 * side * side);
      Files.write(
          directory.resolve(part + "-images-idx3-ubyte"),
          DataFiles.idxImages(2051, 2, side, side, pixels));
      Files.write(
          directory.resolve(part + "-labels-idx1-ubyte"),
          DataFiles.idxLabels(2049, 2, new byte[] {4, 2}));
    }
  }
}
