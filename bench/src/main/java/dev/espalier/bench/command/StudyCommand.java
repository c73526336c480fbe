package dev.espalier.bench.command;

import dev.espalier.bench.report.Acceptance;
import dev.espalier.bench.report.ConsoleTable;
import dev.espalier.bench.report.ReportWriter;
import dev.espalier.bench.report.Summary;
import dev.espalier.bench.study.BuiltInStudies;
import dev.espalier.bench.study.ByteSize;
import dev.espalier.bench.study.LatencyPlan;
import dev.espalier.bench.study.Recipe;
import dev.espalier.bench.study.Study;
import dev.espalier.bench.study.StudyFile;
import dev.espalier.bench.study.StudyPair;
import dev.espalier.bench.study.StudyPlan;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains, prunes along the four axes, compiles and measures; writes results and a report. */
@Command(
    name = "study",
    description = {
      "Trains a network, prunes it by several methods to several sizes, compiles and measures"
          + " each.",
      "Writes results.jsonl, report.html and curves to the output folder; the same command"
          + " continues an interrupted study there.",
      "A study file may set limits under 'accept'; the run ends with a table of which are met, also"
          + " in report.html and acceptance.json."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier study                                    generated digits, five methods, a few"
          + " minutes",
      "  espalier study standard --data-dir DIR            the standard protocol; hours, can be"
          + " interrupted",
      "  espalier study my-study.yaml --out runs/mine      a study file; see bench/studies",
      "  espalier study paper.yaml --strict                exit code 1 unless its limits are met,"
          + " as",
      "    accept: [{what: table 1, method: random, ratio: 8, error_at_most: 2.7}]",
      "  espalier study --scorer gradient --schedule iterative-3",
      "  espalier study --method gradual-magnitude --seeds 1,2,3 --out runs/gradual",
      "  espalier study --data mnist --data-dir DIR --model lenet-5 --ratios 2,4,8,12,16,32 --out"
          + " runs/mnist"
    })
public final class StudyCommand implements Callable<Integer> {
  private static final List<String> WITH_FILE =
      List.of(
          "--data-dir",
          "--out",
          "--trials",
          "--memory",
          "--keep-networks",
          "--strict",
          "--stacktrace");
  private static final List<String> METHODS =
      List.of(
          "global-magnitude", "layer-magnitude", "gradual-magnitude", "filter-magnitude", "random");

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description =
          "A study file, or the name of a built-in one ('espalier list studies'); with it only"
              + " --data-dir, --out, --trials, --memory, --keep-networks and --strict may be"
              + " given.")
  private Optional<String> file = Optional.empty();

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
          "Pruning methods (default: global-, layer-, gradual- and filter-magnitude, random, unless"
              + " one is composed).")
  private List<String> methods = List.of();

  @Mixin private AxesOptions axes = new AxesOptions();

  @Option(
      names = "--ratios",
      split = ",",
      paramLabel = "R",
      description = "Compression ratios, parameters over non-zero ones (default: 2,4,8,16,32).")
  private List<Double> ratios = StudyFile.RATIOS;

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
      names = "--trials",
      paramLabel = "N",
      description = "Trials at once; the results do not depend on it (default: one per processor).")
  private Optional<Integer> trials = Optional.empty();

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "Memory outside the heap for trials at once, such as 4g (default: three quarters of what"
              + " there is).")
  private Optional<String> memory = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Output folder (default: espalier-study, or as the file says, or runs/ and the file's"
              + " name).")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--keep-networks",
      description =
          "Write the pruned network of each trial that runs to the folder 'networks', for 'espalier"
              + " eval', 'compile' and 'prune'.")
  private boolean keepNetworks;

  @Option(
      names = "--strict",
      description =
          "Exit with code 1 if a limit of the study file is not met (default: 0, as that is a"
              + " finding).")
  private boolean strict;

  @Spec private CommandSpec spec;

  private StudyCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = spec.commandLine();
    StudyPlan plan = Refusals.understoodFile(line, this::checkedPlan);
    var text = line.getOut();
    Study.Outcome outcome = run(plan, text);
    if (outcome.report().isPresent()) {
      ReportWriter.Report report = outcome.report().get();
      text.println();
      text.print(ConsoleTable.plain(Summary.of(outcome.trials())));
      report.warnings().forEach(warning -> text.println("note: " + warning));
      text.println();
      report.files().forEach(it -> text.println("wrote " + it));
    }
    Acceptance acceptance = outcome.acceptance();
    if (!acceptance.isEmpty()) {
      text.println();
      text.print(acceptance.table());
      text.println(acceptance.total());
    }
    text.flush();
    requireAll(outcome.failures());
    return strict && !acceptance.allMet() ? 1 : 0;
  }

  private Study.Outcome run(StudyPlan plan, PrintWriter text) throws IOException {
    try (var progress = new BarProgress(text)) {
      var study = new Study(plan, progress);
      Study.Loaded loaded = Refusals.understoodFile(spec.commandLine(), study::load);
      progress.startForecast("study");
      return loaded.run();
    }
  }

  /** One sentence; the lines of the trials are on standard output already. */
  private void requireAll(List<Study.Failure> failures) {
    if (failures.isEmpty()) {
      return;
    }
    String sentence =
        failures.size() == 1
            ? failures.getFirst().sentence()
            : "%d trials or dense networks failed, the first: %s"
                .formatted(failures.size(), failures.getFirst().sentence());
    if (failures.stream().allMatch(Study.Failure::refused)) {
      throw new CommandLine.ParameterException(spec.commandLine(), sentence);
    }
    throw new StudyFailedException(sentence);
  }

  /** Some trials have no result. */
  private static final class StudyFailedException extends RuntimeException {
    StudyFailedException(String message) {
      super(message);
    }
  }

  private StudyPlan checkedPlan() throws IOException {
    StudyPlan plan = keepNetworks ? plan().keepingNetworks() : plan();
    if (strict && plan.accept().isEmpty()) {
      throw new IllegalArgumentException(
          "--strict: the study sets no limits; list them under 'accept' in a study file");
    }
    return plan;
  }

  private StudyPlan plan() throws IOException {
    var here = new StudyFile.Here(data.directory(), out, trials, memory.map(ByteSize::parse));
    if (file.isPresent()) {
      for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
        if (!WITH_FILE.contains(option.longestName())) {
          throw new IllegalArgumentException(
              "%s cannot be given beside a study file; write it in the file"
                  .formatted(option.longestName()));
        }
      }
      return BuiltInStudies.read(file.get(), here);
    }
    return new StudyPlan(
        models.stream()
            .map(model -> new StudyPair(model, data.name(), data.options(), recipe(model)))
            .toList(),
        methods(),
        ratios,
        seeds,
        LatencyPlan.STANDARD.withBatch(latencyBatch),
        here.limits(Optional.empty(), Optional.empty()),
        out.orElse(Path.of("espalier-study")));
  }

  private List<Method> methods() {
    List<Method> chosen = new ArrayList<>();
    Optional<Method> composed = axes.method();
    List<String> named = methods.isEmpty() && composed.isEmpty() ? METHODS : methods;
    named.forEach(name -> chosen.add(Methods.get(name)));
    composed.ifPresent(chosen::add);
    return chosen.stream().map(axes::applied).toList();
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
