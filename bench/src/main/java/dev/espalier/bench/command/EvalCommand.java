package dev.espalier.bench.command;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.train.Evaluation;
import dev.espalier.nn.train.Metrics;
import dev.espalier.nn.zoo.Models;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the accuracy of a stored model and shows what it consists of. */
@Command(
    name = "eval",
    description = "Shows a stored model's layers, parameters and accuracy.",
    footerHeading = "%nExample:%n",
    footer = "  espalier eval --in runs/lenet/model.safetensors --data mnist --data-dir DIR")
public final class EvalCommand implements Callable<Integer> {
  private static final int BATCH = 500;

  @Option(names = "--in", required = true, paramLabel = "FILE", description = "The model.")
  private Path in;

  @Mixin private DataOptions data = new DataOptions();

  @Spec private CommandSpec spec;

  private EvalCommand() {}

  @Override
  public Integer call() throws IOException {
    StoredModel stored = StoredModel.load(in);
    TrainTest sets = data.load();
    PrintWriter text = spec.commandLine().getOut();
    text.println(ModelSummary.of(stored.module(), Models.entry(stored.name()).input()));
    try (var test =
        new DataLoader(
            sets.test(),
            Augment.none(sets.spec().normalization()),
            LoaderOptions.evaluation(BATCH))) {
      Metrics metrics = Evaluation.of(stored.module(), test, new CrossEntropy());
      text.printf(
          "%d images: top-1 %.2f %%, top-5 %.2f %%, loss %.4f%n",
          metrics.count(), 100 * metrics.top1(), 100 * metrics.top5(), metrics.loss());
      for (int c = 0; c < metrics.perClass().size(); c++) {
        text.printf(
            "  %-12s %.2f %%%n", sets.spec().classNames().get(c), 100 * metrics.perClass().get(c));
      }
    }
    text.flush();
    return 0;
  }
}
