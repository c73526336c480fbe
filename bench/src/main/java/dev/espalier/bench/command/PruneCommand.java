package dev.espalier.bench.command;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.bench.study.Recipe;
import dev.espalier.bench.study.Training;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Goal;
import dev.espalier.prune.Method;
import dev.espalier.prune.MethodRun;
import dev.espalier.prune.Methods;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.TrainingRecipe;
import dev.espalier.prune.surgery.ShrinkPlan;
import dev.espalier.prune.surgery.Surgery;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prunes a stored model, trains it on, and optionally makes it physically smaller. */
@Command(
    name = "prune",
    description = "Prunes a stored model by a named method and trains it on.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier prune --in model.safetensors --method global-magnitude --ratio 10 --out"
          + " pruned.safetensors",
      "  espalier prune --in model.safetensors --method filter-magnitude --density 0.7 --shrink"
          + " --out small.safetensors",
      "  espalier prune --in model.safetensors --method nm-2:4 --density 0.5 --out nm.safetensors",
      "  espalier prune --in model.safetensors --method filter-magnitude --speedup 1.43 --round-to"
          + " 8 --shrink --out small.safetensors",
      "  espalier prune --in model.safetensors --scorer gradient --scope local --ratio 4 --out"
          + " pruned.safetensors",
      "  espalier prune --in model.safetensors --densities fc1=0.08,fc2=0.09,fc3=0.26 --schedule"
          + " iterative-3 --out pruned.safetensors"
    })
public final class PruneCommand implements Callable<Integer> {
  /** How far to prune; what fixes that by itself, as densities of layers do, needs neither. */
  static final class Target {
    @Option(
        names = "--ratio",
        paramLabel = "R",
        description = "Parameters over non-zero parameters to end at.")
    private Optional<Double> ratio = Optional.empty();

    @Option(
        names = "--speedup",
        paramLabel = "X",
        description =
            "Multiply-adds over those of non-zero weights to end at: the theoretical speed-up.")
    private Optional<Double> speedup = Optional.empty();

    @Option(
        names = "--density",
        paramLabel = "D",
        description = "Share of the prunable groups (weights, filters) to keep.")
    private Optional<Double> density = Optional.empty();

    private Goal goal() {
      if (density.isPresent()) {
        return ofDensity(density.get());
      }
      return speedup.isPresent()
          ? new Goal.Speedup(speedup.get())
          : new Goal.Ratio(ratio.orElseThrow());
    }

    /** Nothing left is no network, and what a layer keeps in any case would hide that. */
    private static Goal ofDensity(double density) {
      if (!(density > 0 && density <= 1)) {
        throw new IllegalArgumentException(
            "--density: must lie in (0, 1] but is %s; no layer is ever emptied".formatted(density));
      }
      return new Goal.Density(density);
    }
  }

  @Option(names = "--in", required = true, paramLabel = "FILE", description = "The model.")
  private Path in;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where the pruned model goes.")
  private Path out;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description =
          "Method; one that prunes before or inside training starts from the stored weights"
              + " (default: global-magnitude).")
  private Optional<String> name = Optional.empty();

  @Mixin private AxesOptions axes = new AxesOptions();

  /** Null if neither is given. */
  @ArgGroup private Target target;

  @Option(
      names = "--finetune-epochs",
      paramLabel = "N",
      description =
          "Epochs after each round, or of the run that prunes (default: ${DEFAULT-VALUE}).")
  private int epochs = 1;

  @Option(
      names = "--score-images",
      paramLabel = "N",
      description =
          "Training images that scorers see which need data (default: the model's recipe).")
  private Optional<Integer> scoreImages = Optional.empty();

  @Option(
      names = "--rewind-to",
      paramLabel = "FILE",
      description = "Earlier weights of the model, for methods that go back to them.")
  private Optional<Path> rewindTo = Optional.empty();

  @Option(
      names = "--shrink",
      description = "Remove emptied channels, so that the file holds a smaller network.")
  private boolean shrink;

  @Option(names = "--seed", paramLabel = "S", description = "Seed (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Mixin private DataOptions data = new DataOptions();

  @Spec private CommandSpec spec;

  private PruneCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = spec.commandLine();
    Method method = Refusals.understood(line, this::method);
    Goal goal = Refusals.understood(line, () -> goal(method));
    Refusals.understood(line, () -> checked(method));
    StoredModel stored = StoredModel.load(in);
    Module module = stored.module();
    try (var _ = Scope.open("prune")) {
      Tensor example = stored.example(4);
      Recipe recipe = Refusals.understood(line, () -> recipe(stored));
      double density = Refusals.pruned(line, () -> possible(method, goal, module, example));
      try (var origins = Refusals.understood(line, () -> new StoredOrigins(stored, rewindTo))) {
        TrainTest sets = Refusals.understoodFile(line, data::load);
        prune(new Job(method, goal, density, stored, example, origins, new Training(sets, recipe)));
      }
    }
    return 0;
  }

  /**
   * What is to be done, once all of it is known to be possible.
   *
   * @param density about where the goal lies
   */
  private record Job(
      Method method,
      Goal goal,
      double density,
      StoredModel stored,
      Tensor example,
      StoredOrigins origins,
      Training training) {}

  private void prune(Job job) {
    CommandLine line = spec.commandLine();
    PrintWriter text = line.getOut();
    Method method = job.method;
    Module module = job.stored.module();
    Shape input = Models.entry(job.stored.name()).input();
    var generator = new Generator(seed).split("pruning " + method.name());
    try (var progress = new BarProgress(text)) {
      var pruner = new Pruner(module, method, job.example, generator);
      if (method.needsData()) {
        pruner
            .withData(Refusals.understood(line, () -> job.training.sample(seed)))
            .withListener(progress::scored);
      }
      say(text, "before", module, job.training);
      TrainingRecipe recipe = job.training.ofStored(seed, epochs);
      progress.start(
          MethodRun.steps(method, recipe, 1 / job.density, PrunableWeight.of(module).size()));
      MethodRun run =
          new MethodRun(method, module, pruner, recipe, job.origins, input, generator)
              .withListener(progress.listener(method.name()))
              .whenPruned(_ -> say(text, "pruned", module, job.training))
              .whenTrained(_ -> say(text, "trained on", module, job.training));
      Refusals.pruned(line, () -> run.run(job.goal));
    }
    text.println(ModelSummary.of(module, input));
    if (shrink) {
      shrink(text, module, job.stored.example(16));
    }
    job.stored.write(out);
    text.println("wrote " + out);
    text.flush();
  }

  /** What can be told without the model's file. */
  private Method checked(Method method) {
    if (method.fineTune().needsEarlierWeights() && rewindTo.isEmpty()) {
      throw new IllegalArgumentException(
          "method '%s' goes back to weights from before the end of training, which the model's file does not hold; give their file with --rewind-to, or use 'espalier study'"
              .formatted(method.name()));
    }
    if (epochs < 0) {
      throw new IllegalArgumentException("--finetune-epochs: must be at least 0 but is " + epochs);
    }
    Datasets.spec(data.name());
    if (data.options().trainCount() == 0 && method.needsData()) {
      throw new IllegalArgumentException(
          "scorer '%s' needs data, but --train-images leaves none"
              .formatted(method.scorer().name()));
    }
    OutputFile.requireWritable("--out", out);
    return method;
  }

  private Recipe recipe(StoredModel stored) {
    Recipe recipe = Recipe.of(stored.name());
    return scoreImages.map(recipe::withScoreImages).orElse(recipe);
  }

  /**
   * Refuses what the model's layers do not allow, before images are loaded.
   *
   * @return about the density that it will come to
   */
  private static double possible(Method method, Goal goal, Module module, Tensor example) {
    var pruner = new Pruner(module, method.withoutData(), example, new Generator(0));
    goal.requireReachable(pruner);
    new Pruner(module, method, example, new Generator(0))
        .requireRanked(ScoringContext.Sample.withoutMeaning(example));
    return goal.density(pruner);
  }

  private Goal goal(Method method) {
    if (target != null) {
      return target.goal();
    }
    if (method.fixesDensity()) {
      return new Goal.Fixed();
    }
    throw new IllegalArgumentException(
        "method '%s' can prune to any size, so one of --ratio, --speedup and --density is missing"
            .formatted(method.name()));
  }

  private Method method() {
    Optional<Method> composed = axes.method();
    if (composed.isPresent() && name.isPresent()) {
      throw new IllegalArgumentException(
          "--method names a whole method, so no axis can be given beside it");
    }
    return axes.applied(composed.orElseGet(() -> Methods.get(name.orElse("global-magnitude"))));
  }

  private static void say(PrintWriter text, String when, Module module, Training training) {
    text.printf("%-10s top-1 %.2f %%%n", when, 100 * training.evaluate(module).top1());
    text.flush();
  }

  private static void shrink(PrintWriter text, Module module, Tensor inputs) {
    Tensor masked = outputs(module, inputs);
    long before = size(module);
    ShrinkPlan plan = Surgery.shrink(module, inputs);
    Tensor shrunk = outputs(module, inputs);
    double difference = Reduce.max(Elementwise.abs(Elementwise.sub(masked, shrunk)), false).item();
    double scale = Reduce.max(Elementwise.abs(masked), false).item();
    text.printf(
        "shrunk from %d to %d parameters; outputs differ from the masked twin by %.2g of %.3g%n",
        before, size(module), difference, scale);
    plan.removed()
        .forEach((layer, count) -> text.printf("  %d channels of %s removed%n", count, layer));
    plan.kept().forEach(reason -> text.println("  " + reason));
  }

  private static Tensor outputs(Module module, Tensor inputs) {
    module.eval();
    try (var _ = Autograd.noGrad()) {
      return module.forward(Variable.of(inputs)).tensor();
    }
  }

  private static long size(Module module) {
    return module.parameters().stream().mapToLong(p -> p.tensor().size()).sum();
  }
}
