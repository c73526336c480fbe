package dev.espalier.bench.command;

import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Machine;
import dev.espalier.bench.machine.TunedTable;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.ops.CrossoverProbe;
import dev.espalier.tensor.sparse.Crossover;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the crossover table of this machine. */
@Command(
    name = "tune",
    description = {
      "Measures from which density on each sparse kernel beats the dense one on this machine, and"
          + " stores the table where compile finds it.",
      "Takes some minutes; let nothing else run meanwhile."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier tune                        for this user, on this machine",
      "  espalier tune --out crossover.txt    elsewhere, to look at or to ship"
    })
public final class TuneCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Where to write the table (default: espalier/crossover.txt in the user's cache"
              + " directory).")
  private Path out = TunedTable.file();

  @Option(
      names = "--cases",
      paramLabel = "N",
      description = "Measure only the first N of the layers.")
  private int cases = Integer.MAX_VALUE;

  @Spec private CommandSpec spec;

  private TuneCommand() {}

  @Override
  public Integer call() throws IOException {
    if (cases < 1) {
      throw new ParameterException(
          spec.commandLine(), "--cases: must be at least 1 but is " + cases);
    }
    List<CrossoverProbe.Case> layers = CrossoverProbe.standardCases();
    layers = layers.subList(0, Math.min(cases, layers.size()));
    PrintWriter text = spec.commandLine().getOut();
    text.printf("%d layers, up to four products each%n", layers.size());
    text.flush();
    var probe = new CrossoverProbe(CrossoverProbe.Settings.STANDARD, one -> show(text, one));
    Crossover table = probe.measure(layers);
    Path directory = out.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    CrossoverProbe.write(table, notes(), out);
    text.printf("%d rules written to %s%n", table.rules().size(), out);
    text.flush();
    return 0;
  }

  private static void show(PrintWriter text, CrossoverProbe.Measurement one) {
    text.printf(
        Locale.ROOT,
        "%-11s %-12s %-10s %-16s %7d columns  density %.2f  dense %9.1f us  %s %9.1f us  %5.2fx%n",
        one.measured().family().name().toLowerCase(Locale.ROOT),
        one.direction().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        one.measured().granularity().name(),
        one.measured().weight(),
        one.measured().columns(),
        one.density(),
        one.dense() / 1e3,
        one.kernel().name().toLowerCase(Locale.ROOT),
        one.sparse() / 1e3,
        one.speedUp());
    text.flush();
  }

  private static List<String> notes() {
    Machine machine = Machine.detect();
    return List.of(
        "espalier tune, %s, commit %s".formatted(LocalDate.now(ZoneOffset.UTC), Build.commit()),
        "%s, %d threads, %s backend, Java %s"
            .formatted(
                machine.cpu(), Threads.count(), Backends.of(Device.CPU).name(), machine.jdk()));
  }
}
