package dev.espalier.bench.command;

import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Machine;
import dev.espalier.bench.machine.TunedTable;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.ops.CrossoverCases;
import dev.espalier.tensor.ops.CrossoverProbe;
import dev.espalier.tensor.ops.CrossoverTuning;
import dev.espalier.tensor.sparse.Crossover;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
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
      "Training follows the library's own table, whatever is measured here.",
      "Takes some ten minutes for each number of threads; let nothing else run meanwhile."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier tune                           for this user, on this machine, with all threads",
      "  espalier tune --threads 1               for compiled networks that run on one thread",
      "  espalier tune --out crossover.txt       elsewhere, to look at or to ship",
      "  espalier tune --check crossover.txt     measure the choices of a table, and name those"
          + " that lose"
    })
public final class TuneCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Where to write the table (default: espalier/crossover-N.txt in the user's cache"
              + " directory, N being the number of threads).")
  private Path out;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many threads kernels use (default: all of the machine).")
  private Integer threads;

  @Option(
      names = "--check",
      arity = "0..1",
      paramLabel = "FILE",
      fallbackValue = "",
      description =
          "Instead of measuring a table, measure what one chooses (default: the library's own) at"
              + " densities between those it was made from, and name each choice that is more than"
              + " 3 %% slower than the dense kernel; then the exit code is 1.")
  private String check;

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
    if (threads != null && threads < 1) {
      throw new ParameterException(
          spec.commandLine(), "--threads: must be at least 1 but is " + threads);
    }
    if (check != null && out != null) {
      throw new ParameterException(spec.commandLine(), "--check writes no table, so no --out");
    }
    int before = Threads.count();
    Threads.setCount(threads == null ? before : threads);
    try {
      return run();
    } finally {
      Threads.setCount(before);
    }
  }

  private int run() throws IOException {
    List<CrossoverProbe.Case> layers = CrossoverCases.standard();
    var tuning =
        new CrossoverTuning(
            CrossoverProbe.Settings.STANDARD,
            Device.CPU,
            layers.subList(0, Math.min(cases, layers.size())),
            spec.commandLine().getOut());
    if (check == null) {
      tuning.measure(notes(), out == null ? TunedTable.file(Threads.count()) : out);
      return 0;
    }
    Crossover table = check.isEmpty() ? Crossover.standard() : Crossover.parse(Path.of(check));
    return tuning.check(table) == 0 ? 0 : 1;
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
