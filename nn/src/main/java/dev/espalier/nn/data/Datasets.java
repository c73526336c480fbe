package dev.espalier.nn.data;

import dev.espalier.nn.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The data sets known by name: {@code mnist fashion-mnist cifar-10 synthetic-digits
 * synthetic-colour-digits}.
 */
public final class Datasets {
  private static final String IDX_TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String IDX_TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String IDX_TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String IDX_TEST_LABELS = "t10k-labels-idx1-ubyte";

  private static final ImageShape GREY_28 = new ImageShape(1, 28, 28);
  private static final List<String> IDX_FILES =
      List.of(IDX_TRAIN_IMAGES, IDX_TRAIN_LABELS, IDX_TEST_IMAGES, IDX_TEST_LABELS);
  private static final List<String> DIGIT_NAMES =
      List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

  private static final List<DatasetSpec> ALL =
      List.of(
          new DatasetSpec(
              "mnist", GREY_28, DIGIT_NAMES, Normalization.grey(0.1307f, 0.3081f), IDX_FILES),
          new DatasetSpec(
              "fashion-mnist",
              GREY_28,
              List.of(
                  "t-shirt",
                  "trouser",
                  "pullover",
                  "dress",
                  "coat",
                  "sandal",
                  "shirt",
                  "sneaker",
                  "bag",
                  "ankle boot"),
              Normalization.grey(0.2860f, 0.3530f),
              IDX_FILES),
          new DatasetSpec(
              Cifar10.NAME,
              new ImageShape(3, 32, 32),
              List.of(
                  "airplane",
                  "automobile",
                  "bird",
                  "cat",
                  "deer",
                  "dog",
                  "frog",
                  "horse",
                  "ship",
                  "truck"),
              new Normalization(
                  List.of(0.4914f, 0.4822f, 0.4465f), List.of(0.2470f, 0.2435f, 0.2616f)),
              Cifar10.FILES),
          new DatasetSpec(
              SyntheticDigits.NAME,
              GREY_28,
              DIGIT_NAMES,
              Normalization.grey(0.1150f, 0.2254f),
              List.of()),
          new DatasetSpec(
              SyntheticColourDigits.NAME,
              SyntheticColourDigits.SHAPE,
              DIGIT_NAMES,
              new Normalization(List.of(0.5f, 0.5f, 0.5f), List.of(0.29f, 0.29f, 0.29f)),
              List.of()));

  private Datasets() {}

  /** Every data set that can be loaded by name. */
  public static List<DatasetSpec> all() {
    return ALL;
  }

  /**
   * What is known of a data set.
   *
   * @throws IllegalArgumentException if the name is unknown; the message suggests the nearest one
   */
  public static DatasetSpec spec(String name) {
    for (DatasetSpec spec : ALL) {
      if (spec.name().equals(name)) {
        return spec;
      }
    }
    throw Names.unknown("data set", name, ALL.stream().map(DatasetSpec::name).toList());
  }

  /** Loads all of a data set from the files in {@code directory}. */
  public static TrainTest load(String name, Path directory) throws IOException {
    return load(name, DatasetOptions.defaults().withDirectory(directory));
  }

  /**
   * Loads a data set; nothing is downloaded.
   *
   * @throws IllegalArgumentException if the name is unknown, a directory is needed and not given,
   *     or more images are asked for than there are
   * @throws java.nio.file.NoSuchFileException if a file is missing; the message lists what is
   *     expected
   * @throws DatasetFormatException if a file is damaged
   */
  public static TrainTest load(String name, DatasetOptions options) throws IOException {
    DatasetSpec spec = spec(name);
    if (spec.generated()) {
      return generate(spec, options);
    }
    Path directory =
        options
            .directory()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "data set "
                            + name
                            + ": give the directory that holds "
                            + String.join(", ", spec.files())
                            + " (each plain or .gz); nothing is downloaded"));
    if (!Files.isDirectory(directory)) {
      throw DataDirectory.missing(name, directory, spec.files());
    }
    ImageDataset train;
    ImageDataset test;
    if (name.equals(Cifar10.NAME)) {
      train = Cifar10.train(directory, options.strict());
      test = Cifar10.test(directory, options.strict());
    } else {
      train = idx(spec, "train", IDX_TRAIN_IMAGES, IDX_TRAIN_LABELS, directory, options);
      test = idx(spec, "test", IDX_TEST_IMAGES, IDX_TEST_LABELS, directory, options);
    }
    return new TrainTest(
        spec, limit(train, options.trainCount()), limit(test, options.testCount()));
  }

  private static TrainTest generate(DatasetSpec spec, DatasetOptions options) {
    int train =
        options.trainCount() == DatasetOptions.ALL
            ? SyntheticDigits.TRAIN_COUNT
            : options.trainCount();
    int test =
        options.testCount() == DatasetOptions.ALL
            ? SyntheticDigits.TEST_COUNT
            : options.testCount();
    long seed = options.seed();
    return spec.name().equals(SyntheticDigits.NAME)
        ? new TrainTest(spec, SyntheticDigits.train(train, seed), SyntheticDigits.test(test, seed))
        : new TrainTest(
            spec, SyntheticColourDigits.train(train, seed), SyntheticColourDigits.test(test, seed));
  }

  private static ImageDataset idx(
      DatasetSpec spec,
      String split,
      String images,
      String labels,
      Path directory,
      DatasetOptions options)
      throws IOException {
    Path imageFile = DataDirectory.require(spec.name(), directory, images);
    Path labelFile = DataDirectory.require(spec.name(), directory, labels);
    ImageDataset read =
        Idx.read(spec.name(), split, imageFile, labelFile, spec.classes(), options.strict());
    if (!read.shape().equals(spec.shape())) {
      throw new DatasetFormatException(
          imageFile,
          8,
          "rows",
          spec.name() + " has images of " + spec.shape() + ", this file of " + read.shape());
    }
    return read;
  }

  private static ImageDataset limit(ImageDataset data, int count) {
    return count == DatasetOptions.ALL ? data : data.first(count);
  }
}
