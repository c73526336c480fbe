package dev.espalier.bench.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The measurements behind bench/RESULTS.md. */
@Command(
    name = "bench",
    description = "Measures kernels and models beside the libraries people use today.",
    subcommands = {BenchKernelsCommand.class, BenchModelsCommand.class, BenchReportCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier bench kernels --quick               kernels, sparse beside dense, in minutes",
      "  espalier bench models --peers                networks beside ONNX Runtime",
      "  espalier bench report kernels.jsonl          a page of what was measured",
      "  espalier bench kernels --help                what a command takes"
    })
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  private BenchCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }
}
