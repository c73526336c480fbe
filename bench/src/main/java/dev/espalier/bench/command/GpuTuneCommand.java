package dev.espalier.bench.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the crossover table of the device. */
@Command(
    name = "tune",
    description = {
      "Measures from which density on each sparse kernel beats the dense one on the device, and"
          + " stores the table where later runs on it find it.",
      "Without one, masked weights follow published break-evens that were not measured there.",
      "Takes some ten minutes; let nothing else run on the device meanwhile."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier gpu tune                        for this user, on this device",
      "  espalier gpu tune --precision bf16       for products on tensor cores",
      "  espalier gpu tune --out crossover.txt    elsewhere, to look at or to ship",
      "  espalier gpu tune --check                measure the choices of the table in use"
    })
public final class GpuTuneCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Where to write the table (default: in the user's cache directory, named after device"
              + " and precision).")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "What dense products and those of blocks are computed in: float32, tf32, bf16 or f16"
              + " (default: ${DEFAULT-VALUE}).")
  private String precision = "float32";

  @Option(
      names = "--check",
      arity = "0..1",
      paramLabel = "FILE",
      fallbackValue = "",
      description =
          "Instead of measuring a table, measure what one chooses (default: the one in use) at"
              + " densities between those it was made from, and name each choice that is more than"
              + " 3 %% slower than the dense kernel; then the exit code is 1.")
  private Optional<String> check = Optional.empty();

  @Option(
      names = "--cases",
      paramLabel = "N",
      description = "Measure only the first N of the layers.")
  private Optional<Integer> cases = Optional.empty();

  @Spec private CommandSpec spec;

  private GpuTuneCommand() {}

  @Override
  public Integer call() {
    List<String> arguments = new ArrayList<>(List.of("--precision", precision));
    out.ifPresent(file -> arguments.addAll(List.of("--out", file.toString())));
    cases.ifPresent(number -> arguments.addAll(List.of("--cases", number.toString())));
    check.ifPresent(file -> arguments.addAll(List.of("--check", file)));
    return GpuTools.run(
        "cuda-tune", spec.commandLine(), arguments, "the module dev.espalier.cuda has it");
  }
}
