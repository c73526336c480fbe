package dev.espalier.bench.command;

import dev.espalier.bench.kernel.CaseList;
import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.measure.Effort;
import dev.espalier.bench.measure.KernelMeasurement;
import dev.espalier.bench.measure.KernelRow;
import dev.espalier.bench.measure.RowFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures kernels. */
@Command(
    name = "kernels",
    description = {
      "Measures kernels beside our own dense ones, or beside native libraries.",
      "Every side runs in a JVM of its own; let nothing else run meanwhile. Interrupt it whenever"
          + " you like: finished rows are in the file."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier bench kernels --quick                            a look, in minutes",
      "  espalier bench kernels --peers --json kernels.jsonl       everything, in hours",
      "  espalier bench kernels --peers --filter 'spmm.*0\\.9$'     some, by regular expression",
      "  espalier bench kernels --list                             what there is"
    })
public final class BenchKernelsCommand implements Callable<Integer> {
  @Option(
      names = "--peers",
      description =
          "Compare with oneDNN, OpenBLAS, ONNX Runtime and libtorch, which the launcher fetches"
              + " (some 200 MB) the first time.")
  private boolean peers;

  @Option(names = "--quick", description = "Fewer shapes, shorter runs.")
  private boolean quick;

  @Option(names = "--list", description = "Only name the cases.")
  private boolean list;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Thread counts to measure (default: 1).")
  private List<Integer> threads = List.of(1);

  @Option(
      names = "--filter",
      paramLabel = "REGEX",
      description = "Only cases in whose name this is found.")
  private Pattern filter = Pattern.compile("");

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Append one JSON object per row to this file.")
  private Path json;

  @Spec private CommandSpec spec;

  private BenchKernelsCommand() {}

  @Override
  public Integer call() throws IOException {
    for (int count : threads) {
      if (count < 1) {
        throw new ParameterException(
            spec.commandLine(), "--threads: must be at least 1 but is " + count);
      }
    }
    List<CaseName> cases =
        CaseList.kernels(quick).stream()
            .filter(name -> filter.matcher(name.toString()).find())
            .toList();
    if (cases.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--filter: no case's name has '" + filter + "' in it; see --list");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      cases.forEach(out::println);
      out.flush();
      return 0;
    }
    return measure(cases, out);
  }

  private int measure(List<CaseName> cases, PrintWriter out) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    KernelMeasurement measurement =
        new KernelMeasurement(quick ? Effort.QUICK : Effort.FULL, peers, err::println);
    int total = cases.size() * threads.size();
    int done = 0;
    int missing = 0;
    long start = System.nanoTime();
    try (RowFile file = json == null ? null : new RowFile(json)) {
      for (CaseName name : cases) {
        for (int count : threads) {
          List<KernelRow> rows = measurement.measure(name, count);
          missing += rows.isEmpty() ? 1 : 0;
          done++;
          double left = (System.nanoTime() - start) / 1e9 / done * (total - done);
          for (KernelRow row : rows) {
            if (file != null) {
              file.append(row);
            }
            show(out, row, "%d/%d, %s left".formatted(done, total, duration(left)));
          }
        }
      }
    }
    return missing == 0 ? 0 : 1;
  }

  private static String duration(double seconds) {
    return seconds < 90 ? "%.0f s".formatted(seconds) : "%.0f min".formatted(seconds / 60);
  }

  private static void show(PrintWriter out, KernelRow row, String progress) {
    String theirs =
        row.peer() == null
            ? ""
            : String.format(
                Locale.ROOT,
                "%-8s %7.1f GFLOP/s %10.1f us  %5.2fx  (%s)",
                row.peer(),
                row.peerGflops(),
                row.peerUs(),
                row.ratio(),
                row.peerKernel());
    out.printf(
        Locale.ROOT,
        "%-6s %-7s %-11s %-24s %4.0f %% %d  %7.1f GFLOP/s %10.1f us %3.0f %% of roof  %s [%s]%n",
        row.kernel(),
        row.pass(),
        row.format(),
        row.shape(),
        100 * row.sparsity(),
        row.threads(),
        row.oursGflops(),
        row.oursUs(),
        100 * row.roofline(),
        theirs,
        progress);
    out.flush();
  }
}
