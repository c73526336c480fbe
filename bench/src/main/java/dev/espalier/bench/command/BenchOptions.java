package dev.espalier.bench.command;

import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.measure.Comparer;
import dev.espalier.bench.measure.Comparison;
import dev.espalier.bench.measure.Effort;
import dev.espalier.bench.measure.Row;
import dev.espalier.bench.measure.RowFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the measuring commands share: which cases, how, and where the rows go. */
final class BenchOptions {
  private static final double MANY_SECONDS = 90;

  @Option(
      names = "--peers",
      description =
          "Compare with oneDNN, OpenBLAS, ONNX Runtime and libtorch, which the launcher fetches"
              + " (some 200 MB) the first time.")
  private boolean peers;

  @Option(names = "--quick", description = "Fewer cases, shorter runs.")
  private boolean quick;

  @Option(names = "--short", description = "Shorter runs of as many cases: noisier figures sooner.")
  private boolean shortRuns;

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
      description = "Append one JSON object per row to this file, as soon as it is measured.")
  private Path json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  boolean quick() {
    return quick;
  }

  /**
   * Measures the cases that were asked for.
   *
   * @param toRow makes the line of the file
   * @param toText makes the line of the terminal
   * @return the exit code
   */
  <R extends Row> int run(
      List<CaseName> all, Function<Comparison, R> toRow, Function<R, String> toText)
      throws IOException {
    List<CaseName> cases = chosen(all);
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      cases.forEach(out::println);
      out.flush();
      return 0;
    }
    PrintWriter err = spec.commandLine().getErr();
    var comparer =
        new Comparer(quick || shortRuns ? Effort.QUICK : Effort.FULL, peers, err::println);
    int total = cases.size() * threads.size();
    int done = 0;
    int missing = 0;
    long start = System.nanoTime();
    out.printf("%d cases, %d measurements%n", cases.size(), total);
    out.flush();
    try (RowFile file = json == null ? null : new RowFile(json)) {
      for (CaseName name : cases) {
        for (int count : threads) {
          List<Comparison> comparisons = comparer.compare(name, count);
          missing += comparisons.isEmpty() ? 1 : 0;
          done++;
          double left = (System.nanoTime() - start) / 1e9 / done * (total - done);
          for (Comparison comparison : comparisons) {
            R row = toRow.apply(comparison);
            if (file != null) {
              file.append(row);
            }
            out.printf("%s  [%d/%d, %s left]%n", toText.apply(row), done, total, duration(left));
            out.flush();
          }
        }
      }
    }
    return missing == 0 ? 0 : 1;
  }

  private List<CaseName> chosen(List<CaseName> all) {
    for (int count : threads) {
      if (count < 1) {
        throw new ParameterException(
            spec.commandLine(), "--threads: must be at least 1 but is " + count);
      }
    }
    List<CaseName> cases =
        all.stream().filter(name -> filter.matcher(name.toString()).find()).toList();
    if (cases.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--filter: no case's name has '" + filter + "' in it; see --list");
    }
    return cases;
  }

  private static String duration(double seconds) {
    return seconds < MANY_SECONDS
        ? String.format(Locale.ROOT, "%.0f s", seconds)
        : String.format(Locale.ROOT, "%.0f min", seconds / 60);
  }
}
