package dev.espalier.bench.command;

import dev.espalier.bench.reproduce.Experiment;
import dev.espalier.bench.reproduce.Experiments;
import dev.espalier.bench.reproduce.Lab;
import dev.espalier.bench.reproduce.Reproduction;
import dev.espalier.bench.reproduce.Stock;
import dev.espalier.bench.study.DataFolder;
import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.tensor.Threads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs experiments that check single figures of the literature. */
@Command(
    name = "reproduce",
    description = {
      "Checks single figures of the pruning literature that are no points of a study's grid.",
      "Prints each finding beside its limit and writes NAME.json to the output folder; a limit that"
          + " is missed is a finding like any other. Without a name, lists the experiments."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier reproduce                                what there is",
      "  espalier reproduce li-geometry                    a second, without data",
      "  espalier reproduce oracle correlation --data-dir DIR --out runs/figures"
    })
public final class ReproduceCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "Experiments; those of one command share trained networks.")
  private List<String> names = List.of();

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "A folder of folders mnist and cifar-10 with the data sets' files; nothing is ever"
              + " downloaded.")
  private Optional<Path> directory = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Output folder (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("espalier-reproduce");

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "S",
      description = "Seeds (default: those that the limits are meant for).")
  private List<Long> seeds = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads; the results do not depend on it (default: one per processor).")
  private Optional<Integer> threads = Optional.empty();

  @Spec private CommandSpec spec;

  private ReproduceCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter text = spec.commandLine().getOut();
    List<Experiment> chosen =
        Refusals.understood(
            spec.commandLine(), () -> names.stream().map(Experiments::get).toList());
    if (chosen.isEmpty()) {
      list(text);
      return 0;
    }
    threads.ifPresent(
        count -> {
          if (count < 1) {
            throw new ParameterException(
                spec.commandLine(), "--threads must be at least 1 but is " + count);
          }
          Threads.setCount(count);
        });
    try (var stock = new Stock(this::load)) {
      for (Experiment experiment : chosen) {
        for (String name : experiment.data()) {
          Refusals.understoodFile(spec.commandLine(), () -> stock.data(name));
        }
      }
      for (Experiment experiment : chosen) {
        run(experiment, stock, text);
      }
    }
    return 0;
  }

  private static void list(PrintWriter text) {
    List<Experiment> all = Experiments.all();
    int width = all.stream().mapToInt(it -> it.name().length()).max().orElse(0);
    for (Experiment experiment : all) {
      String gap = " ".repeat(width - experiment.name().length() + 2);
      text.println(experiment.name() + gap + experiment.description());
    }
    text.flush();
  }

  private TrainTest load(String name) throws IOException {
    DatasetOptions options = DatasetOptions.defaults();
    return Datasets.load(
        name,
        directory
            .map(folder -> options.withDirectory(DataFolder.of(folder, name)))
            .orElse(options));
  }

  private void run(Experiment experiment, Stock stock, PrintWriter text) throws IOException {
    List<Long> with = seeds.isEmpty() ? experiment.seeds() : seeds;
    try (var progress = new BarProgress(text);
        var lab = new Lab(stock, with, progress)) {
      progress.startForecast(experiment.name());
      Reproduction done = Reproduction.of(experiment, lab, out);
      text.println();
      text.print(done.table());
      text.println();
      text.println(
          "%s, seeds %s: %s; wrote %s"
              .formatted(experiment.name(), with, done.sentence(), done.file()));
      text.flush();
    }
  }
}
