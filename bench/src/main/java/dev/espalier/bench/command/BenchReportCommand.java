package dev.espalier.bench.command;

import dev.espalier.bench.measure.Results;
import dev.espalier.bench.measure.ResultsPage;
import dev.espalier.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the page of results. */
@Command(
    name = "report",
    description =
        "Writes what was measured as a page: where sparse wins, where it loses, break-even, rows.",
    footerHeading = "%nExample:%n",
    footer = "  espalier bench report kernels.jsonl models.jsonl --out bench/RESULTS.md")
public final class BenchReportCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files that bench kernels and bench models wrote with --json.")
  private List<Path> files;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where to write the page; replaced as a whole.")
  private Path out;

  @Spec private CommandSpec spec;

  private BenchReportCommand() {}

  @Override
  public Integer call() throws IOException {
    Results results = Results.read(files);
    results.warnings().forEach(spec.commandLine().getErr()::println);
    byte[] page = ResultsPage.markdown(results).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(out, to -> to.write(page));
    PrintWriter text = spec.commandLine().getOut();
    text.printf(
        "wrote %s: %d kernel rows, %d model rows%n",
        out, results.kernels().size(), results.models().size());
    text.flush();
    return 0;
  }
}
