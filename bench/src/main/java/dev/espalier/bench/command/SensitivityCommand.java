package dev.espalier.bench.command;

import dev.espalier.bench.report.ReportWriter;
import dev.espalier.bench.report.SensitivitySheet;
import dev.espalier.bench.study.Recipe;
import dev.espalier.bench.study.Training;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.prune.Axes;
import dev.espalier.prune.Method;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.SensitivityAnalysis;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what a stored model loses if one layer alone is pruned. */
@Command(
    name = "sensitivity",
    description = {
      "Prunes each layer of a stored model alone to 90, 80, ... 10 % and measures the accuracy"
          + " without retraining.",
      "Prints a table, and writes sensitivity.csv and a chart to the output folder. 'espalier prune"
          + " --scope sensitivity' prunes by such curves."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier sensitivity --in model.safetensors --out runs/sensitivity",
      "  espalier sensitivity --in vgg.safetensors --structure filter --data cifar-10 --data-dir"
          + " DIR --out runs/vgg"
    })
public final class SensitivityCommand implements Callable<Integer> {
  @Option(names = "--in", required = true, paramLabel = "FILE", description = "The model.")
  private Path in;

  @Option(
      names = "--structure",
      paramLabel = "NAME",
      description = "What lives or dies together (default: element).")
  private Optional<String> structure = Optional.empty();

  @Option(
      names = "--scorer",
      paramLabel = "NAME",
      description = "What ranks it (default: magnitude).")
  private Optional<String> scorer = Optional.empty();

  @Option(
      names = "--protect",
      split = ",",
      paramLabel = "LAYER",
      description = "Layers that are left out.")
  private List<String> protect = List.of();

  @Option(
      names = "--score-images",
      paramLabel = "N",
      description =
          "Training images that accuracy is measured on, and scorers see (default:"
              + " ${DEFAULT-VALUE}).")
  private int images = 1000;

  @Option(names = "--seed", paramLabel = "S", description = "Seed (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Output folder (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("espalier-sensitivity");

  @Mixin private DataOptions data = new DataOptions();

  @Spec private CommandSpec spec;

  private SensitivityCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = spec.commandLine();
    Method method = Refusals.understood(line, this::method);
    StoredModel stored = StoredModel.load(in);
    PrintWriter text = line.getOut();
    try (var _ = Scope.open("sensitivity");
        var progress = new BarProgress(text)) {
      Recipe recipe =
          Refusals.understood(line, () -> Recipe.of(stored.name()).withScoreImages(images));
      var generator = new Generator(seed).split("pruning " + method.name());
      Pruner pruner = Refusals.pruned(line, () -> pruner(stored, method, generator));
      TrainTest sets = Refusals.understoodFile(line, data::load);
      pruner
          .withData(Refusals.understood(line, () -> new Training(sets, recipe).sample(seed)))
          .withListener(progress::scored);
      int points = pruner.openLayers() * SensitivityAnalysis.POINTS;
      progress.start(points);
      SensitivityAnalysis analysis =
          Refusals.pruned(
              line, () -> SensitivityAnalysis.of(pruner, (_, _, _) -> progress.advance(1)));
      String title =
          "%s, %s by %s: one layer pruned, not retrained"
              .formatted(stored.name(), method.structure().name(), method.scorer().name());
      write(new SensitivitySheet(title, analysis), text);
    }
    return 0;
  }

  private void write(SensitivitySheet sheet, PrintWriter text) throws IOException {
    text.println(sheet.title());
    text.println("percent of the sample that is right, by the share of the layer that is left");
    text.println();
    text.print(sheet.table());
    ReportWriter.Report report = sheet.write(out);
    report.warnings().forEach(warning -> text.println("note: " + warning));
    text.println();
    report.files().forEach(it -> text.println("wrote " + it));
    text.flush();
  }

  private Method method() {
    Datasets.spec(data.name());
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw new IllegalArgumentException("--out: %s is a file, not a folder".formatted(out));
    }
    return Axes.of(
            key ->
                Map.of("structure", structure, "scorer", scorer, "scope", Optional.of("local"))
                    .getOrDefault(key, Optional.empty()))
        .withFloors(Optional.empty(), Optional.of(0.0))
        .method()
        .protecting(protect);
  }

  private static Pruner pruner(StoredModel stored, Method method, Generator generator) {
    Tensor example = stored.example(4);
    var pruner = new Pruner(stored.module(), method, example, generator);
    pruner.requireRanked(ScoringContext.Sample.withoutMeaning(example));
    if (pruner.openLayers() == 0) {
      throw new IllegalArgumentException(
          "structure '%s' finds no layers to prune in '%s'"
              .formatted(method.structure().name(), stored.name()));
    }
    return pruner;
  }
}
