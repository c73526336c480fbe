package dev.espalier.bench.command;

import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.TrainTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that choose a data set. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "NAME",
      description = "Data set: synthetic-digits (default), mnist, fashion-mnist, cifar-10.")
  private String name = "synthetic-digits";

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the data set's files are; nothing is ever downloaded.")
  private Optional<Path> directory = Optional.empty();

  @Option(
      names = "--train-images",
      paramLabel = "N",
      description = "Use only so many training images.")
  private int trainImages = DatasetOptions.ALL;

  String name() {
    return name;
  }

  DatasetOptions options() {
    DatasetOptions options = DatasetOptions.defaults().withCounts(trainImages, DatasetOptions.ALL);
    return directory.isPresent() ? options.withDirectory(directory.get()) : options;
  }

  TrainTest load() throws IOException {
    return Datasets.load(name, options());
  }
}
