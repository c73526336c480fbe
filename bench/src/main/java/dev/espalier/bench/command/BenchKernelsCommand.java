package dev.espalier.bench.command;

import dev.espalier.bench.kernel.CaseList;
import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.measure.KernelRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures kernels. */
@Command(
    name = "kernels",
    description = {
      "Measures kernels and training steps beside our own dense ones, or beside native libraries.",
      "Every side runs in a JVM of its own; let nothing else run meanwhile. Interrupt it whenever"
          + " you like: finished rows are in the file."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier bench kernels --quick                           a look, in minutes",
      "  espalier bench kernels --peers --json kernels.jsonl      everything, in hours",
      "  espalier bench kernels --peers --filter 'spmm.* 0.9$'    some, by regular expression",
      "  espalier bench kernels --dlmc DIR --filter dlmc          real patterns, from .smtx files",
      "  espalier bench kernels --list                            what there is"
    })
public final class BenchKernelsCommand implements Callable<Integer> {
  @Mixin private BenchOptions options;

  @Option(
      names = "--dlmc",
      paramLabel = "DIR",
      description =
          "Also measure the patterns of all .smtx and .smtx.gz files below this folder, such as the"
              + " Deep Learning Matrix Collection.")
  private Path dlmc;

  @Spec private CommandSpec spec;

  private BenchKernelsCommand() {}

  @Override
  public Integer call() throws IOException {
    List<CaseName> cases = new ArrayList<>(CaseList.kernels(options.quick()));
    if (dlmc != null) {
      if (!Files.isDirectory(dlmc)) {
        throw new ParameterException(spec.commandLine(), "--dlmc: " + dlmc + " is not a folder");
      }
      cases.addAll(CaseList.fromFiles(dlmc, options.quick()));
    }
    return options.run(cases, KernelRow::of, BenchKernelsCommand::line);
  }

  private static String line(KernelRow row) {
    String ours =
        String.format(
            Locale.ROOT,
            "%-10s %-7s %-11s %-26s %4.0f %% x%d  %7.1f GFLOP/s %9.1f us %3.0f %% of roof",
            row.kernel(),
            row.pass(),
            row.format(),
            row.shape(),
            100 * row.sparsity(),
            row.threads(),
            row.oursGflops(),
            row.oursUs(),
            100 * row.roofline());
    return row.peer() == null
        ? ours
        : ours
            + String.format(
                Locale.ROOT,
                "  %-8s %7.1f GFLOP/s %9.1f us  %5.2fx  (%s)",
                row.peer(),
                row.peerGflops(),
                row.peerUs(),
                row.ratio(),
                row.peerKernel());
  }
}
