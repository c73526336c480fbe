package dev.espalier.bench.command;

import dev.espalier.bench.kernel.CaseList;
import dev.espalier.bench.measure.ModelRow;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures compiled networks. */
@Command(
    name = "models",
    description = {
      "Measures compiled networks, dense and pruned, beside our own dense ones or ONNX Runtime.",
      "Weights are random: speed does not depend on training. Every side runs in a JVM of its own."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier bench models --quick",
      "  espalier bench models --peers --threads 1,2 --json models.jsonl"
    })
public final class BenchModelsCommand implements Callable<Integer> {
  @Mixin private BenchOptions options;

  private BenchModelsCommand() {}

  @Override
  public Integer call() throws IOException {
    return options.run(CaseList.models(options.quick()), ModelRow::of, BenchModelsCommand::line);
  }

  private static String line(ModelRow row) {
    String ours =
        String.format(
            Locale.ROOT,
            "%-14s batch %-4d %-6s %3.0f %% x%d  %10.4f ms",
            row.model(),
            row.batch(),
            row.format(),
            100 * row.sparsity(),
            row.threads(),
            row.oursMs());
    return row.peer() == null
        ? ours
        : ours
            + String.format(
                Locale.ROOT, "  %-11s %10.4f ms  %5.2fx", row.peer(), row.peerMs(), row.ratio());
  }
}
