package dev.espalier.bench.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What there is to try on a GPU. */
@Command(
    name = "gpu",
    description = {
      "Checks, measures, tunes and trains on the GPU cuda:0.",
      "With -Despalier.cuda.emulator=true in ESPALIER_JAVA_OPTS each runs in a tiny form on the"
          + " processor, and shows no times."
    },
    subcommands = {
      GpuCheckCommand.class,
      GpuBenchCommand.class,
      GpuTuneCommand.class,
      GpuTrainCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier gpu check                    every test of the backend, on the device",
      "  espalier gpu bench --short            kernels beside NVIDIA's libraries",
      "  espalier gpu tune                     from which density on sparse kernels win",
      "  espalier gpu train                    steps of LeNet-5 and ResNet-20",
      "  espalier gpu bench --help             what a command takes"
    })
public final class GpuCommand implements Runnable {
  @Spec private CommandSpec spec;

  private GpuCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }
}
