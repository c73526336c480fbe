package dev.espalier.bench.command;

import dev.espalier.bench.report.ConsoleTable;
import dev.espalier.bench.report.Summary;
import dev.espalier.bench.study.Recipe;
import dev.espalier.bench.study.Study;
import dev.espalier.bench.study.StudyPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains, prunes along the four axes, compiles and measures; writes results and a report. */
@Command(
    name = "study",
    description = {
      "Trains a network, prunes it by several methods to several sizes, compiles and measures"
          + " each.",
      "Writes results.jsonl, report.html and curves to the output folder; the same command"
          + " continues an interrupted study there."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier study                                    the built-in study: generated digits, a"
          + " few minutes",
      "  espalier study --method gradual-magnitude --seeds 1,2,3 --out runs/gradual",
      "  espalier study --data mnist --data-dir DIR --model lenet-5 --ratios 2,4,8,12,16,32 --out"
          + " runs/mnist"
    })
public final class StudyCommand implements Callable<Integer> {
  private static final List<Double> RATIOS = List.of(2.0, 4.0, 8.0, 16.0, 32.0);
  private static final List<String> METHODS =
      List.of(
          "global-magnitude", "layer-magnitude", "gradual-magnitude", "filter-magnitude", "random");

  @Option(
      names = "--model",
      split = ",",
      paramLabel = "NAME",
      description = "Networks (default: lenet-300-100).")
  private List<String> models = List.of("lenet-300-100");

  @Mixin private DataOptions data = new DataOptions();

  @Option(
      names = "--method",
      split = ",",
      paramLabel = "NAME",
      description =
          "Pruning methods (default: global-, layer-, gradual- and filter-magnitude, random).")
  private List<String> methods = METHODS;

  @Option(
      names = "--ratios",
      split = ",",
      paramLabel = "R",
      description = "Compression ratios, parameters over non-zero ones (default: 2,4,8,16,32).")
  private List<Double> ratios = RATIOS;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "S",
      description = "Seeds, one dense network each (default: 1).")
  private List<Long> seeds = List.of(1L);

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description =
          "Epochs of the dense network (default: the model's recipe; 3 for the built-in study).")
  private Optional<Integer> epochs = Optional.empty();

  @Option(
      names = "--finetune-epochs",
      paramLabel = "N",
      description = "Epochs after pruning (default: the model's recipe; 2 for the built-in study).")
  private Optional<Integer> fineTuneEpochs = Optional.empty();

  @Option(
      names = "--lr",
      paramLabel = "X",
      description = "Learning rate (default: the model's recipe).")
  private Optional<Double> lr = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images per training step (default: the model's recipe).")
  private Optional<Integer> batch = Optional.empty();

  @Option(
      names = "--latency-batch",
      paramLabel = "N",
      description = "Images per call in the latency measurement (default: ${DEFAULT-VALUE}).")
  private int latencyBatch = 128;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Output folder (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("espalier-study");

  @Spec private CommandSpec spec;

  private StudyCommand() {}

  @Override
  public Integer call() throws IOException {
    StudyPlan plan;
    try {
      plan = plan();
    } catch (IllegalArgumentException e) {
      throw new picocli.CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    var text = spec.commandLine().getOut();
    Study.Outcome outcome = run(plan, text);
    text.println();
    text.print(ConsoleTable.plain(Summary.of(outcome.trials())));
    outcome.report().warnings().forEach(warning -> text.println("note: " + warning));
    text.println();
    outcome.report().files().forEach(file -> text.println("wrote " + file));
    text.flush();
    return 0;
  }

  private static Study.Outcome run(StudyPlan plan, PrintWriter text) throws IOException {
    try (var progress = new BarProgress(text)) {
      var study = new Study(plan, progress);
      var loaded = study.load();
      progress.start(study.totalSteps(loaded));
      return study.run(loaded);
    }
  }

  private StudyPlan plan() {
    return new StudyPlan(
        models,
        data.name(),
        data.options(),
        methods,
        ratios,
        seeds,
        this::recipe,
        latencyBatch,
        out);
  }

  private Recipe recipe(String model) {
    Recipe recipe = Recipe.of(model);
    boolean builtIn = data.name().equals("synthetic-digits");
    recipe =
        recipe.withEpochs(
            epochs.orElse(builtIn ? 3 : recipe.epochs()),
            fineTuneEpochs.orElse(builtIn ? 2 : recipe.fineTuneEpochs()));
    recipe = lr.isPresent() ? recipe.withLr(lr.get()) : recipe;
    return batch.isPresent() ? recipe.withBatch(batch.get()) : recipe;
  }
}
