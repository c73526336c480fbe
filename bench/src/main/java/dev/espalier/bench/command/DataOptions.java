package dev.espalier.bench.command;

import dev.espalier.bench.study.DataFolder;
import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.TrainTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that choose a data set. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "NAME",
      description =
          "Data set: synthetic-digits (default), mnist, fashion-mnist, cifar-10; see 'espalier"
              + " list data'.")
  private String name = "synthetic-digits";

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Where the data set's files are, or a folder of such folders by the data sets' names;"
              + " nothing is ever downloaded.")
  private Optional<Path> directory = Optional.empty();

  @Option(
      names = "--train-images",
      paramLabel = "N",
      description = "Use only so many training images.")
  private int trainImages = DatasetOptions.ALL;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  String name() {
    return name;
  }

  /**
   * The folder, if one is given.
   *
   * @throws ParameterException if it does not exist
   */
  Optional<Path> directory() {
    if (directory.isPresent() && !Files.isDirectory(directory.get())) {
      throw new ParameterException(
          command.commandLine(), "--data-dir: there is no folder " + directory.get());
    }
    return directory;
  }

  DatasetOptions options() {
    DatasetOptions options = DatasetOptions.defaults().withCounts(trainImages, DatasetOptions.ALL);
    return directory()
        .map(folder -> options.withDirectory(DataFolder.of(folder, name)))
        .orElse(options);
  }

  TrainTest load() throws IOException {
    return Datasets.load(name, options());
  }
}
