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

/** Measures the GPU kernels. */
@Command(
    name = "bench",
    description = {
      "Measures the GPU kernels beside cuBLAS and cuSPARSE, where CUDA 12's are installed.",
      "Writes bench.jsonl: what the device reaches at most, then a row for each case as it is"
          + " measured; results are checked first."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier gpu bench --short                        one of each family",
      "  espalier gpu bench --minutes 10                   no more than ten minutes",
      "  espalier gpu bench --filter '^spmm forward csr'   some, by name",
      "  espalier gpu bench --list                         what there is"
    })
public final class GpuBenchCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the rows (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("espalier-gpu");

  @Option(names = "--short", description = "Fewer cases, shorter.")
  private boolean quick;

  @Option(names = "--list", description = "Only name the cases.")
  private boolean list;

  @Option(names = "--filter", paramLabel = "REGEX", description = "Only cases with such names.")
  private String filter = "";

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Begin no case after them (default: no limit).")
  private Optional<Double> minutes = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of the operands (default: another one each time).")
  private Optional<Long> seed = Optional.empty();

  @Spec private CommandSpec spec;

  private GpuBenchCommand() {}

  @Override
  public Integer call() {
    List<String> arguments = new ArrayList<>(List.of("--out", out.toString(), "--filter", filter));
    if (quick) {
      arguments.add("--short");
    }
    if (list) {
      arguments.add("--list");
    }
    minutes.ifPresent(limit -> arguments.addAll(List.of("--minutes", limit.toString())));
    seed.ifPresent(number -> arguments.addAll(List.of("--seed", number.toString())));
    return GpuTools.run(
        "cuda-bench", spec.commandLine(), arguments, "the module dev.espalier.cuda has it");
  }
}
