package dev.espalier.bench.command;

import dev.espalier.bench.machine.PairedLatency;
import dev.espalier.bench.machine.TunedTable;
import dev.espalier.prune.compile.CompiledModel;
import dev.espalier.prune.compile.Compiler;
import dev.espalier.prune.compile.FormatChoice;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compiles a stored model and measures it beside its dense twin. */
@Command(
    name = "compile",
    description =
        "Compiles a stored model for inference, shows the program, and measures its latency beside"
            + " its dense twin's. Formats follow the table that espalier tune measured, if it did.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier compile --in pruned.safetensors --batch 1,32,128",
      "  espalier compile --in pruned.safetensors --batch 1 --profile"
    })
public final class CompileCommand implements Callable<Integer> {
  @Option(names = "--in", required = true, paramLabel = "FILE", description = "The model.")
  private Path in;

  @Option(
      names = "--batch",
      split = ",",
      paramLabel = "N",
      description = "Batch sizes to measure (default: 1,128).")
  private List<Integer> batches = List.of(1, 128);

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long to measure each (default: ${DEFAULT-VALUE}).")
  private double seconds = 1;

  @Option(
      names = "--profile",
      description = "Show how long each step takes on each of these batch sizes.")
  private boolean profile;

  @Spec private CommandSpec spec;

  private CompileCommand() {}

  @Override
  public Integer call() {
    checkOptions();
    StoredModel stored = StoredModel.load(in);
    PrintWriter text = spec.commandLine().getOut();
    try (var _ = Scope.open("compile command")) {
      Tensor example = stored.example(4);
      FormatChoice tuned = FormatChoice.byTable(TunedTable.load());
      try (CompiledModel model = Compiler.compile(stored.module(), example, tuned);
          CompiledModel twin = Compiler.compile(stored.module(), example, FormatChoice.dense())) {
        model.layers().forEach(text::println);
        text.printf("%n%6s  %12s  %12s  %6s%n", "batch", "compiled ms", "dense ms", "ratio");
        for (int batch : batches) {
          PairedLatency both = PairedLatency.of(model, twin, batch, seconds);
          text.printf(
              "%6d  %12.4f  %12.4f  %5.2fx%n",
              batch, both.millis(), both.otherMillis(), both.speedUp());
          text.flush();
        }
        if (profile) {
          batches.forEach(batch -> text.printf("%n%s%n", model.profile(batch, seconds)));
        }
      }
    }
    text.flush();
    return 0;
  }

  private void checkOptions() {
    for (int batch : batches) {
      if (batch < 1) {
        throw new ParameterException(
            spec.commandLine(), "--batch: a batch size must be >= 1 but is " + batch);
      }
    }
    if (!(seconds > 0) || Double.isInfinite(seconds)) {
      throw new ParameterException(
          spec.commandLine(), "--seconds: must be a number above 0 but is " + seconds);
    }
  }
}
