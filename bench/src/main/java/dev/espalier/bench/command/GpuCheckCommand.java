package dev.espalier.bench.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the tests of the backend on the device. */
@Command(
    name = "check",
    description = {
      "Runs every contract test of the backend and the tests of memory, captures and generated"
          + " kernels on the device.",
      "Writes check.jsonl, a row for each test; the exit code is 0 if all passed."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier gpu check",
      "  espalier gpu check --filter 'Sparse|Gemm'     only tests with such names",
      "  espalier gpu check --out bench/results/gpu"
    })
public final class GpuCheckCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the rows (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("espalier-gpu");

  @Option(names = "--filter", paramLabel = "REGEX", description = "Only tests with such names.")
  private String filter = "";

  @Option(names = "--all", description = "Every test, on the emulator too; takes it minutes.")
  private boolean all;

  @Spec private CommandSpec spec;

  private GpuCheckCommand() {}

  @Override
  public Integer call() {
    List<String> arguments = new ArrayList<>(List.of("--out", out.toString(), "--filter", filter));
    if (all) {
      arguments.add("--all");
    }
    return GpuTools.run(
        "cuda-check",
        spec.commandLine(),
        arguments,
        "start it with bench/espalier or in the bundle, which have the tests");
  }
}
