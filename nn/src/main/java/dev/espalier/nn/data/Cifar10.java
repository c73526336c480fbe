package dev.espalier.nn.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads CIFAR-10 in its binary version, plain or gzip.
 *
 * <p>Records of 3073 bytes: one label byte, then 1024 red, 1024 green and 1024 blue bytes, each
 * plane row-major; at most 10,000 records a file. Source: A. Krizhevsky, Learning Multiple Layers
 * of Features from Tiny Images, 2009.
 *
 * <p>PyTorch: {@code torchvision.datasets.CIFAR10} (which reads the python version).
 */
public final class Cifar10 {
  /** The name that the data set has in {@link Datasets}. */
  static final String NAME = "cifar-10";

  static final List<String> TRAIN_FILES =
      List.of(
          "data_batch_1.bin",
          "data_batch_2.bin",
          "data_batch_3.bin",
          "data_batch_4.bin",
          "data_batch_5.bin");
  static final String TEST_FILE = "test_batch.bin";
  static final List<String> FILES =
      Stream.concat(TRAIN_FILES.stream(), Stream.of(TEST_FILE)).toList();

  private static final ImageShape SHAPE = new ImageShape(3, 32, 32);
  private static final int CLASSES = 10;
  private static final int RECORD = 1 + SHAPE.values();
  private static final int MAX_RECORDS = 10_000;
  private static final System.Logger LOG = System.getLogger("dev.espalier.nn.data");

  private Cifar10() {}

  /**
   * Reads as many of the five training batches as are in {@code directory}; the split's name says
   * which, such as {@code train batches 1 2 3}.
   *
   * @param strict refuse, rather than warn about, content that is not the published one
   * @throws java.nio.file.NoSuchFileException if no batch is there
   * @throws DatasetFormatException if a file is damaged
   */
  public static ImageDataset train(Path directory, boolean strict) throws IOException {
    List<Path> files = new ArrayList<>();
    var split = new StringBuilder("train batches");
    for (int i = 0; i < TRAIN_FILES.size(); i++) {
      Optional<Path> found = DataDirectory.find(directory, TRAIN_FILES.get(i));
      if (found.isPresent()) {
        files.add(found.get());
        split.append(' ').append(i + 1);
      }
    }
    if (files.isEmpty()) {
      throw DataDirectory.missing(NAME, directory, TRAIN_FILES);
    }
    if (files.size() < TRAIN_FILES.size()) {
      LOG.log(
          System.Logger.Level.INFO,
          "{0}: {1} of {2} training batches present in {3}: {4}",
          NAME,
          files.size(),
          TRAIN_FILES.size(),
          directory,
          split);
    }
    return read(split.toString(), files, strict);
  }

  /**
   * Reads the test batch.
   *
   * @param strict refuse, rather than warn about, content that is not the published one
   * @throws java.nio.file.NoSuchFileException if it is not there
   * @throws DatasetFormatException if it is damaged
   */
  public static ImageDataset test(Path directory, boolean strict) throws IOException {
    return read("test", List.of(DataDirectory.require(NAME, directory, TEST_FILE)), strict);
  }

  private static ImageDataset read(String split, List<Path> files, boolean strict)
      throws IOException {
    long records = 0;
    for (Path file : files) {
      records += maxRecords(file);
    }
    byte[] pixels = new byte[(int) (records * SHAPE.values())];
    byte[] labels = new byte[(int) records];
    int count = 0;
    for (Path path : files) {
      try (var file = DatasetFile.open(path)) {
        count = append(file, count, pixels, labels);
        KnownDigests.check(NAME, path, file.sha256(), strict);
      }
    }
    if (count < labels.length) {
      pixels = Arrays.copyOf(pixels, count * SHAPE.values());
      labels = Arrays.copyOf(labels, count);
    }
    return ImageDataset.of(NAME, split, SHAPE, CLASSES, pixels, labels);
  }

  /** An upper bound from the file's size alone, so that memory is taken in proportion to it. */
  private static long maxRecords(Path path) throws IOException {
    try (var file = DatasetFile.open(path)) {
      return Math.min(MAX_RECORDS, Math.ceilDiv(file.maxContentBytes(), RECORD));
    }
  }

  private static int append(DatasetFile file, int count, byte[] pixels, byte[] labels)
      throws IOException {
    int limit = count + MAX_RECORDS;
    int at = count;
    while (at < limit) {
      long offset = file.position();
      int label = file.readByteOrEnd("label");
      if (label < 0) {
        return at;
      }
      if (label >= CLASSES) {
        throw file.bad(offset, "label", label + " is not below " + CLASSES);
      }
      if (at == labels.length) {
        throw file.bad(offset, "record", "the file grew while it was read");
      }
      file.readFully(pixels, at * SHAPE.values(), SHAPE.values(), "pixels");
      labels[at++] = (byte) label;
    }
    file.requireEnd();
    return at;
  }
}
